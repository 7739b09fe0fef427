// The panel's script: it draws what the kernel describes, and tells the kernel what the user does.
// It decides nothing, and knows no area.

/** @import { AnyModel, RenderProps } from "@anywidget/types" */
/** @import { Control } from "./controls.js" */
/** @import { Does } from "./elements.js" */
import { controlsOf, isControl, leave, pressIn, pressTab, valueOf, valuesOf } from "./controls.js";
import { doesOf, draw } from "./elements.js";
import { noteScroll, settle, wanted } from "./lists.js";

const REGIONS = ["head", "tabs", "body", "last"];
const TYPING_MS = 150;
const SCROLL_MS = 60;
const PING_MS = 2_000;
const BUSY_MS = 1_500;

const BUSY = "The kernel is busy with a cell: what you do here waits for it.";
const SILENT =
  "No kernel answers: it is busy with a cell, or was not this panel's. %rosey panel opens another.";
const GONE = "This panel is over: its kernel was restarted or has ended. %rosey panel opens another.";

/** @typedef {ReturnType<typeof setTimeout>} Timer */

let views = 0;

class View {
  /** @type {Map<string, unknown>} What was typed and chosen, and is yet to be told. */
  unsent = new Map();

  /** @type {Map<string, Timer>} */
  timers = new Map();

  /** @type {Timer | undefined} Runs while an answer is awaited. */
  waiting = undefined;

  /** Whether the kernel has ever answered: a saved notebook may hold the panel of another one. */
  isHeard = false;

  isGone = false;
  isOnPage = false;
  isSeen = false;

  /**
   * @param {AnyModel} model
   * @param {HTMLElement} root
   * @param {AbortSignal} signal
   */
  constructor(model, root, signal) {
    this.model = model;
    this.root = root;
    this.signal = signal;
    this.id = `rosey-${++views}-${Math.random().toString(36).slice(2, 8)}-`;
    this.notice = document.createElement("p");
    this.regions = REGIONS.map((name) => {
      const region = document.createElement("div");
      region.className = `rosey-${name}`;
      return region;
    });
  }

  open() {
    this.root.className = "rosey-panel";
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", "Rosey control panel");
    // JupyterLab's shortcuts are for its cells.
    this.root.setAttribute("data-lm-suppress-shortcuts", "true");
    this.notice.className = "rosey-notice";
    this.notice.setAttribute("role", "status");
    this.root.append(this.notice, ...this.regions);
    this.regions.forEach((region, index) => this.show(String(REGIONS[index]), region));
    this.listen();
    this.watch();
  }

  /**
   * @param {string} name
   * @param {HTMLElement} region
   */
  show(name, region) {
    const redraw = () => {
      draw(region, this.model.get(name), this.id);
      this.follow(region);
      settle(region);
    };
    this.model.on(`change:${name}`, redraw);
    redraw();
  }

  // What the user does

  listen() {
    this.on("click", (event) => this.click(event));
    this.on("submit", (event) => this.submit(event));
    this.on("input", ({ target }) => isControl(target) && this.type(target));
    this.on("change", ({ target }) => isControl(target) && this.type(target, 0));
    this.on("keydown", (event) => this.press(event));
    const options = { capture: true, passive: true };
    this.on("scroll", ({ target }) => target instanceof Element && this.scroll(target), options);
  }

  /**
   * @template {keyof HTMLElementEventMap} Type
   * @param {Type} type
   * @param {(event: HTMLElementEventMap[Type]) => void} handle
   * @param {AddEventListenerOptions} [options]
   */
  on(type, handle, options = {}) {
    this.root.addEventListener(type, handle, { signal: this.signal, ...options });
  }

  /** @param {MouseEvent} event */
  click(event) {
    const element = closest(event.target, (does) => does.set ?? does.copy ?? does.do);
    if (!element || element instanceof HTMLFormElement) return;
    const does = doesOf(element);
    if (does.copy !== undefined) navigator.clipboard?.writeText(does.copy);
    if (does.set) this.look(does.set);
    if (does.do) this.act(does.do, valuesOf(element.closest("form")));
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const does = doesOf(form);
    if (!does.do) return;
    const values = valuesOf(form);
    controlsOf(form).forEach(leave);
    this.act(does.do, values);
    // The kernel keeps what is typed: it is to know what was left empty.
    for (const control of controlsOf(form)) this.type(control, 0);
  }

  /**
   * @param {Control} control
   * @param {number} delay
   */
  type(control, delay = TYPING_MS) {
    const { bind } = doesOf(control);
    if (bind === undefined) return;
    this.unsent.set(bind, valueOf(control));
    this.later("type", () => this.flush(), delay);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const target = /** @type {Element} */ (event.target);
    const tab = target.closest("[role=tab]");
    if (tab) pressTab(event, tab);
    else if (isControl(target)) pressIn(event, target);
  }

  /** @param {Element} box */
  scroll(box) {
    if (!doesOf(box).window) return;
    noteScroll(box);
    this.later("scroll", () => this.look(wanted(box)), SCROLL_MS);
  }

  /**
   * Keep what was at its end at its end, as more comes in.
   *
   * @param {Element} region
   */
  follow(region) {
    for (const box of region.querySelectorAll(".rosey-follow")) {
      if (!(box instanceof HTMLElement)) continue;
      const before = Number(box.dataset.end ?? 0);
      if (box.scrollTop + box.clientHeight >= before - 4) box.scrollTop = box.scrollHeight;
      box.dataset.end = String(box.scrollHeight);
    }
  }

  // What is told to the kernel

  /** @param {Record<string, unknown>} changes */
  look(changes) {
    for (const [name, value] of Object.entries(changes)) this.unsent.set(name, value);
    this.flush();
  }

  /**
   * @param {[action: string, args: Record<string, unknown>]} what
   * @param {Record<string, unknown>} values
   */
  act([name, args], values) {
    this.flush();
    this.send({ kind: "do", name, args: { ...values, ...args } });
  }

  flush() {
    if (this.unsent.size === 0) return;
    const changes = Object.fromEntries(this.unsent);
    this.unsent.clear();
    this.send({ kind: "look", changes });
  }

  /** @param {{ kind: string } & Record<string, unknown>} message */
  send(message) {
    if (this.isGone) return;
    try {
      this.model.send({ ...message, view: this.id });
    } catch {
      this.end();
      return;
    }
    if (message.kind === "leave" || this.waiting) return;
    this.waiting = setTimeout(() => this.say(this.isHeard ? BUSY : SILENT), BUSY_MS);
  }

  answered() {
    this.isHeard = true;
    clearTimeout(this.waiting);
    this.waiting = undefined;
    if (!this.isGone) this.say("");
  }

  end() {
    this.isGone = true;
    clearTimeout(this.waiting);
    this.say(GONE);
    this.root.classList.add("rosey-over");
    for (const region of this.regions) region.inert = true;
  }

  /** @param {string} text */
  say(text) {
    if (this.notice.textContent !== text) this.notice.textContent = text;
  }

  // Who is not seen asks for nothing.

  watch() {
    this.model.on("msg:custom", (message) => message.kind === "pong" && this.answered());
    const observer = new IntersectionObserver(([entry]) => this.see(Boolean(entry?.isIntersecting)));
    observer.observe(this.root);
    const see = () => this.see(this.isOnPage);
    document.addEventListener("visibilitychange", see, { signal: this.signal });
    const timer = setInterval(() => this.isSeen && this.ping(), PING_MS);
    this.signal.addEventListener("abort", () => {
      observer.disconnect();
      clearInterval(timer);
      for (const waiting of this.timers.values()) clearTimeout(waiting);
      clearTimeout(this.waiting);
      this.send({ kind: "leave" });
    });
  }

  /** @param {boolean} isOnPage */
  see(isOnPage) {
    this.isOnPage = isOnPage;
    const isSeen = isOnPage && !document.hidden;
    if (isSeen === this.isSeen) return;
    this.isSeen = isSeen;
    if (isSeen) this.ping();
    else this.send({ kind: "leave" });
  }

  ping() {
    this.send({ kind: "ping" });
    settle(this.root);
  }

  /**
   * @param {string} name
   * @param {() => void} call
   * @param {number} delay
   */
  later(name, call, delay) {
    clearTimeout(this.timers.get(name));
    this.timers.set(name, setTimeout(call, delay));
  }
}

/**
 * The nearest element around a place that does what is meant.
 *
 * @param {EventTarget | null} place
 * @param {(does: Does) => unknown} isMeant
 */
function closest(place, isMeant) {
  for (let at = place; at instanceof Element; at = at.parentElement) {
    if (isMeant(doesOf(at))) return at;
  }
  return null;
}

export default {
  /** @param {RenderProps} props */
  render({ model, el, signal }) {
    new View(model, el, signal).open();
  },
};
