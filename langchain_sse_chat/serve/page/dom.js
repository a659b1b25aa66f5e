// Elements, made one by one: nothing on this page is parsed as HTML.

/** Returns a new element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Returns a button. */
export function button(text, onclick, properties = {}) {
  return element("button", { className: "quiet", onclick, ...properties }, text);
}

const TAGS = new Set(
  "p h3 h4 h5 h6 ul ol li blockquote hr br strong em s code pre a table thead tbody tr th td".split(" "),
);
const LINKS = new Set(["http:", "https:", "mailto:"]);

/** Returns a link, or its text if it leads elsewhere than to a page or an address. */
export function link(href, ...children) {
  const protocol = URL.canParse(href) ? new URL(href).protocol : "";
  if (!LINKS.has(protocol)) return element("span", {}, ...children);
  return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Returns the elements of a rendered text, as `POST /markdown` describes them. */
export function elements(nodes) {
  const fragment = document.createDocumentFragment();
  for (const node of nodes) fragment.append(typeof node === "string" ? node : made(node));
  return fragment;
}

function made({ tag, children = [], href, title, start, align, language }) {
  const inner = elements(children);
  if (tag === "a") {
    return Object.assign(link(href, inner), title && { title });
  }
  if (tag === "pre") return codeBlock(inner, language);
  const found = element(TAGS.has(tag) ? tag : "span", {}, inner);
  if (start !== undefined) found.start = start;
  if (align !== undefined) found.style.textAlign = align;
  return tag === "table" ? element("div", { className: "wide", tabIndex: 0 }, found) : found;
}

function codeBlock(code, language = "") {
  const text = code.textContent;
  return element(
    "figure",
    { className: "code" },
    element(
      "figcaption",
      {},
      element("span", {}, language),
      copyButton("Copy code", () => text),
    ),
    element("pre", { tabIndex: 0 }, element("code", {}, code)),
  );
}

/** Returns a button that copies a text. */
export function copyButton(label, text) {
  const made = button("Copy", async () => {
    made.textContent = (await copied(text())) ? "Copied" : "Not copied";
    setTimeout(() => (made.textContent = "Copy"), 2000);
  });
  made.ariaLabel = label;
  return made;
}

/** Copies a text; returns whether that worked. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages without TLS have no `navigator.clipboard`.
    const area = element("textarea", { value: text, className: "unseen" });
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return isCopied;
  }
}
