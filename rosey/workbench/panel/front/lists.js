// Long lists, of which only the rows around those on the screen are there.

/** @import { Rows } from "./elements.js" */
import { doesOf } from "./elements.js";

const MARGIN_ROWS = 15;
const SCROLLING_MS = 1_000;

/** @type {WeakMap<Element, number>} When each list was scrolled last. */
const scrolled = new WeakMap();

/** @param {Element} box */
export function noteScroll(box) {
  scrolled.set(box, performance.now());
}

/**
 * What is to be told after a list was scrolled: from which row on it is to be there.
 *
 * @param {Element} box
 * @returns {Record<string, number>} Nothing where the rows on the screen are there.
 */
export function wanted(box) {
  const rows = doesOf(box).window;
  const first = rows && firstWanted(box, rows);
  return rows && first !== undefined ? { [rows.view]: first } : {};
}

/**
 * Scroll the lists within a place to the rows that are there, where nobody scrolls them: it was not
 * this view that asked for them, but another one, another query, or the page before it was loaded
 * anew.
 *
 * @param {Element} place
 */
export function settle(place) {
  for (const box of place.querySelectorAll(".scrolls")) {
    const rows = doesOf(box).window;
    const isScrolled = performance.now() - (scrolled.get(box) ?? -SCROLLING_MS) < SCROLLING_MS;
    if (!rows || isScrolled || firstWanted(box, rows) === undefined) continue;
    box.scrollTop = rows.first * rowHeight(box);
  }
}

/**
 * @param {Element} box
 * @param {Rows} rows
 */
function firstWanted(box, { first, count, total }) {
  const high = rowHeight(box);
  const top = Math.floor(box.scrollTop / high);
  const bottom = Math.min(Math.ceil((box.scrollTop + box.clientHeight) / high), total);
  const isThere = top >= first && bottom <= first + count;
  return isThere ? undefined : Math.max(top - MARGIN_ROWS, 0);
}

/** @param {Element} box */
function rowHeight(box) {
  return parseFloat(getComputedStyle(box).getPropertyValue("--rosey-row")) || 24;
}
