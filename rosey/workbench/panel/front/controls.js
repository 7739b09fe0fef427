// What the panel's controls hold, and what keys do in them.

import { doesOf } from "./elements.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * @param {EventTarget | null} target
 * @returns {target is Control}
 */
export function isControl(target) {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement
  );
}

/** @param {HTMLFormElement} form */
export function controlsOf(form) {
  return [...form.elements].filter(isControl);
}

/** @param {Control} control */
export function valueOf(control) {
  return control instanceof HTMLInputElement && control.type === "checkbox"
    ? control.checked
    : control.value;
}

/** @param {HTMLFormElement | null} form */
export function valuesOf(form) {
  const named = form ? controlsOf(form).filter((control) => control.name) : [];
  return Object.fromEntries(named.map((control) => [control.name, valueOf(control)]));
}

/**
 * What a control is left with after its form was sent.
 *
 * @param {Control} control
 */
export function leave(control) {
  const { history, clear } = doesOf(control);
  if (!clear) return;
  if (history && control.value) history.push(control.value);
  control.value = "";
  delete control.dataset.back;
}

/**
 * @param {KeyboardEvent} event
 * @param {Control} control
 */
export function pressIn(event, control) {
  // JupyterLab takes Enter for itself before the browser submits a form by it.
  if (event.key === "Enter" && control instanceof HTMLInputElement && !event.isComposing) {
    event.preventDefault();
    control.form?.requestSubmit();
  } else {
    recall(event, control);
  }
}

/**
 * Bring back what was sent before, as arrow up does in a shell.
 *
 * @param {KeyboardEvent} event
 * @param {Control} control
 */
function recall(event, control) {
  const { history } = doesOf(control);
  if (!history?.length || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const step = event.key === "ArrowUp" ? 1 : -1;
  const back = Math.min(Math.max(Number(control.dataset.back ?? 0) + step, 0), history.length);
  event.preventDefault();
  control.dataset.back = String(back);
  control.value = back === 0 ? "" : String(history.at(-back));
}

/**
 * Go from tab to tab, as arrows, Home and End do everywhere.
 *
 * @param {KeyboardEvent} event
 * @param {Element} tab
 */
export function pressTab(event, tab) {
  const tabs = [...(tab.parentElement?.querySelectorAll("[role=tab]") ?? [])];
  const at = tabs.indexOf(tab);
  /** @type {Record<string, number>} */
  const goals = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
  const goal = goals[event.key];
  const other = goal === undefined ? undefined : tabs.at(goal % tabs.length);
  if (!(other instanceof HTMLElement)) return;
  event.preventDefault();
  other.focus();
  other.click();
}
