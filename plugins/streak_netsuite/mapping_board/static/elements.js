// What the board's parts are built with.

/** Build an element: attributes, `on...` listeners, and children that are elements or text. Text is never markup. */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...there(children));
  return made;
}

/** Children without those that are not meant to be there. */
export const there = (children) => children.flat(3).filter((child) => child || child === 0);
