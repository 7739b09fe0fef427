// Draws trees of elements, `[tag, attributes, does, ...children]`, as rosey/workbench/faces/markup.py
// makes them. What a stranger wrote is only ever the data of a text node or an attribute's value,
// and only tags and attributes of these lists are drawn.

/** @typedef {Record<string, string | number | true>} Attributes */

/**
 * What an element does, by the names that rosey/workbench/panel/controls.py explains.
 *
 * @typedef {object} Does
 * @property {string} [key]
 * @property {[action: string, args: Record<string, unknown>]} [do]
 * @property {Record<string, unknown>} [set]
 * @property {string} [bind]
 * @property {string | number | boolean} [value]
 * @property {string} [copy]
 * @property {string[]} [history]
 * @property {boolean} [clear]
 * @property {Rows} [window]
 * @property {number} [rows]
 * @property {string | number} [focus]
 */

/** @typedef {{ view: string, first: number, count: number, total: number }} Rows */
/** @typedef {[tag: string, attributes: Attributes, does: Does, ...children: Tree[]]} Branch */
/** @typedef {Branch | string} Tree */

const TAGS = new Set(
  `br button caption code col details div fieldset form h3 hr input label legend li ol option p pre
  progress section select small span strong summary table tbody td textarea th thead time tr ul
  datalist`.split(/\s+/),
);
const SVG_TAGS = new Set(
  "svg g path line polyline polygon rect text title desc".split(" "),
);
const ATTRIBUTES = new Set(
  `class colspan disabled for id list max min name open placeholder required role rows scope selected
  spellcheck step tabindex title type autocomplete label d fill fill-opacity font-family font-size
  font-weight height opacity points rx stroke stroke-dasharray stroke-opacity stroke-width
  text-anchor viewBox width x x1 x2 y y1 y2`.split(/\s+/),
);
const REFERENCES = new Set([
  "id",
  "for",
  "list",
  "aria-controls",
  "aria-labelledby",
  "aria-describedby",
]);
const TYPES = new Set(
  "button submit text search number checkbox password".split(" "),
);

/**
 * What each drawn element was drawn from.
 *
 * @type {WeakMap<Node, Branch>}
 */
const drawn = new WeakMap();

/**
 * What the panel does with an element; nothing with one that it did not draw.
 *
 * @param {Node} node
 * @returns {Does}
 */
export const doesOf = (node) => drawn.get(node)?.[2] ?? {};

/**
 * Draw trees as the children of an element, keeping the elements that are there already.
 *
 * @param {Element} parent Where they stand.
 * @param {Tree[]} trees Texts and trees, in order.
 * @param {string} prefix What makes ids of this view its own.
 */
export function draw(parent, trees, prefix) {
  const focused = document.activeElement;
  reconcile(parent, trees, prefix);
  // What is moved loses the focus to nobody; another element that has it now is meant to.
  const isLost = document.activeElement === document.body && focused?.isConnected;
  if (isLost && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}

/**
 * @param {Element} parent
 * @param {Tree[]} trees
 * @param {string} prefix
 */
function reconcile(parent, trees, prefix) {
  const keyed = keyedChildren(parent);
  dropOthers(keyed, trees);
  let place = parent.firstChild;
  for (const tree of trees) {
    const node = match(place, keyed, tree) ?? create(tree);
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
    update(node, tree, prefix);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/**
 * Take away what is not wanted any more, so that what stays is not moved to its place: a moved row
 * loses how far it was scrolled, and is read out again.
 *
 * @param {Map<string, ChildNode>} keyed
 * @param {Tree[]} trees
 */
function dropOthers(keyed, trees) {
  const wanted = new Set(trees.map((tree) => (typeof tree === "string" ? undefined : tree[2].key)));
  for (const [key, child] of keyed) if (!wanted.has(key)) child.remove();
}

/** @param {Element} parent */
function keyedChildren(parent) {
  /** @type {Map<string, ChildNode>} */
  const keyed = new Map();
  for (const child of parent.childNodes) {
    const { key } = doesOf(child);
    if (key !== undefined) keyed.set(key, child);
  }
  return keyed;
}

/**
 * The node that is there already for a tree: that of its key, else the one in its place.
 *
 * @param {ChildNode | null} place
 * @param {Map<string, ChildNode>} keyed
 * @param {Tree} tree
 */
function match(place, keyed, tree) {
  if (typeof tree === "string") return place instanceof Text ? place : null;
  const [tag, , { key }] = tree;
  const found = key === undefined ? place : keyed.get(key);
  const before = found && drawn.get(found);
  return before?.[0] === tag && before[2].key === key ? found : null;
}

/** @param {Tree} tree */
function create(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag] = tree;
  if (SVG_TAGS.has(tag)) return document.createElementNS("http://www.w3.org/2000/svg", tag);
  return document.createElement(TAGS.has(tag) ? tag : "span");
}

/**
 * @param {Node} node
 * @param {Tree} tree
 * @param {string} prefix
 */
function update(node, tree, prefix) {
  if (typeof tree === "string") {
    if (node instanceof Text && node.data !== tree) node.data = tree;
  } else if (node instanceof Element) {
    updateElement(node, tree, prefix);
  }
}

/**
 * @param {Element} element
 * @param {Branch} tree
 * @param {string} prefix
 */
function updateElement(element, tree, prefix) {
  const [, attributes, does, ...children] = tree;
  const before = drawn.get(element);
  setAttributes(element, before?.[1] ?? {}, attributes, prefix);
  drawn.set(element, tree);
  reconcile(element, children, prefix);
  // After its options are there.
  if (element instanceof HTMLElement) setProperties(element, does, before?.[2]);
}

/**
 * Set what no attribute sets: the height, what a control holds, the focus.
 *
 * @param {HTMLElement} element
 * @param {Does} does
 * @param {Does} [before] What it did; nothing where it is new.
 */
function setProperties(element, does, before) {
  const { rows, value, focus } = does;
  if (rows !== undefined) element.style.height = `calc(${rows} * var(--rosey-row))`;
  // It is for another thing now: what was typed for the one before goes.
  const isAnother = !before || focus !== before.focus;
  if (isAnother || value !== before.value) setValue(element, value, isAnother);
  if (isAnother && before && focus) element.focus();
}

/**
 * @param {HTMLElement} element
 * @param {string | number | boolean | undefined} value
 * @param {boolean} isAnother
 */
function setValue(element, value, isAnother) {
  // What somebody is typing stays.
  if (value === undefined || (element === document.activeElement && !isAnother)) return;
  if (element instanceof HTMLInputElement && element.type === "checkbox") {
    element.checked = Boolean(value);
  } else if ("value" in element) {
    element.value = String(value);
  }
}

/**
 * @param {Element} element
 * @param {Attributes} before
 * @param {Attributes} attributes
 * @param {string} prefix
 */
function setAttributes(element, before, attributes, prefix) {
  for (const name of Object.keys(before)) {
    if (!(name in attributes)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (before[name] === value || !isAllowed(name, value)) continue;
    element.setAttribute(name, value === true ? "" : prefixed(name, String(value), prefix));
  }
}

/**
 * @param {string} name
 * @param {string | number | true} value
 */
function isAllowed(name, value) {
  if (name === "type") return TYPES.has(String(value));
  return ATTRIBUTES.has(name) || name.startsWith("aria-");
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} prefix
 */
function prefixed(name, value, prefix) {
  if (!REFERENCES.has(name)) return value;
  return value
    .split(" ")
    .map((id) => prefix + id)
    .join(" ");
}
