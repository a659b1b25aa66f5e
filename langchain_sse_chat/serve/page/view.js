// The elements of a message. What changes is drawn once a frame.

import { textOf } from "./answer.js";
import { button, copyButton, element, elements, link } from "./dom.js";
import { figures } from "./figures.js";

/** Characters after which a line break begins a block: a frame lays out the last one. */
const BLOCK = 1000;

const STATES = {
  "input-streaming": "preparing",
  "input-available": "running",
  "output-available": "done",
  "output-error": "failed",
};

const dirty = new Set();
let frame = 0;
let whenDrawn = () => {};

/** Sets what is called each time something was drawn. */
export function afterDrawing(callback) {
  whenDrawn = callback;
}

function drawLater(view) {
  dirty.add(view);
  frame ||= requestAnimationFrame(draw);
}

/** Draws all that has changed. A tab that is not shown has no frames. */
function draw() {
  cancelAnimationFrame(frame);
  frame = 0;
  for (const view of dirty) view.draw();
  dirty.clear();
  whenDrawn();
}

/** Plain text that only grows. */
class GrowingText {
  #pending = "";
  #node = null;
  #box = element("div", { className: "plain" });

  constructor(text = "") {
    this.element = this.#box;
    this.add(text);
    this.draw();
  }

  add(text) {
    this.#pending += text;
    drawLater(this);
  }

  draw() {
    let rest = this.#pending;
    this.#pending = "";
    while (rest) {
      if (this.#node === null) {
        this.#node = document.createTextNode("");
        this.#box.append(element("div", {}, this.#node));
      }
      const at = rest.indexOf("\n", Math.max(BLOCK - this.#node.length, 0));
      const piece = at < 0 ? rest : rest.slice(0, at + 1);
      this.#node.appendData(piece);
      rest = rest.slice(piece.length);
      if (at >= 0) this.#node = null;
    }
  }
}

class TextView extends GrowingText {
  constructor(part) {
    super(part.text);
  }

  update(delta = "") {
    this.add(delta);
  }
}

class ReasoningView extends TextView {
  constructor(part) {
    super(part);
    const summary = element("summary", {}, "Reasoning");
    this.element = element("details", { className: "fold" }, summary, this.element);
  }
}

class ToolView {
  constructor(part) {
    this.part = part;
    this.state = element("span", { className: "state" });
    this.body = element("div", { className: "values" });
    this.element = element(
      "details",
      { className: "fold tool" },
      element("summary", {}, element("code", {}, part.toolName), this.state),
      this.body,
    );
    this.update();
  }

  update(delta) {
    if (delta) return this.input.add(delta);
    const { state, input, inputText, output, errorText } = this.part;
    this.element.dataset.state = state;
    this.state.textContent = STATES[state];
    this.input = new GrowingText(inputText ?? shown(input));
    this.body.replaceChildren(labeled("Input", this.input.element));
    if (state === "output-available") {
      this.body.append(labeled("Output", new GrowingText(shown(output)).element));
    } else if (state === "output-error") {
      this.body.append(labeled("Error", new GrowingText(errorText).element));
    }
  }
}

function labeled(label, content) {
  return element("div", { className: "value" }, element("h3", {}, label), content);
}

function shown(value) {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** A part that comes whole. */
class FixedView {
  constructor(part) {
    this.element = part.type === "file" ? fileView(part) : sourceView(part.url, part.title);
  }

  update() {}
}

function sourceView(url, words) {
  return element("p", { className: "source" }, url ? link(url, words || url) : words);
}

function fileView({ url, mediaType, filename }) {
  // Images of other sites are links: their addresses may tell what was said.
  return /^data:image\//.test(url)
    ? element("img", { src: url, alt: filename ?? "Image of the answer" })
    : sourceView(url, filename ?? `Open the file (${mediaType})`);
}

const VIEWS = {
  text: TextView,
  reasoning: ReasoningView,
  "dynamic-tool": ToolView,
  "source-url": FixedView,
  "source-document": FixedView,
  file: FixedView,
};

/** A question of the user. */
export function questionView(message) {
  const head = element("h2", { className: "unseen" }, "You");
  const text = new GrowingText(textOf(message)).element;
  return element("article", { className: "message question" }, head, text);
}

/** An answer, which grows. */
export class AnswerView {
  #views = new Map();

  constructor(message, onRetry) {
    this.message = message;
    this.parts = element("div", { className: "parts" });
    this.status = element("span");
    const dots = element("span", { className: "dots", ariaHidden: "true" }, "●●●");
    this.waiting = element("p", { className: "waiting" }, dots, this.status);
    this.notice = element("p", { className: "notice", hidden: true });
    this.figures = element("span", { className: "figures" });
    const copy = copyButton("Copy answer", () => textOf(message));
    const retry = button("Retry", onRetry, { className: "quiet retry" });
    this.foot = element("footer", { hidden: true }, copy, retry, this.figures);
    this.element = element(
      "article",
      { className: "message answer", ariaBusy: "true" },
      element("h2", { className: "unseen" }, "Answer"),
      this.parts,
      this.waiting,
      this.notice,
      this.foot,
    );
    for (const part of message.parts) this.update({ part });
  }

  /** Shows what a chunk changed, as `Answer.apply` returns it. */
  update(change) {
    if (change === null) return;
    const { part, delta, status, isNew } = change;
    if (isNew) {
      this.#views.clear();
      this.parts.replaceChildren();
    }
    this.status.textContent = status ?? "";
    const View = part && VIEWS[part.type];
    if (!View) return;
    const view = this.#views.get(part);
    if (view) return view.update(delta);
    const made = new View(part);
    this.#views.set(part, made);
    this.parts.append(made.element);
  }

  /** Shows that the answer is complete, or why it is not. */
  finish() {
    draw();
    const { notice, metadata } = this.message;
    this.element.ariaBusy = "false";
    this.waiting.hidden = true;
    this.foot.hidden = false;
    this.figures.textContent = figures(metadata);
    if (notice) {
      this.notice.hidden = false;
      this.notice.textContent = notice.words;
      this.notice.classList.toggle("failed", notice.isFailure);
    }
    whenDrawn();
  }

  /** The texts of the answer, each with a function that shows it rendered. */
  texts() {
    const found = [...this.#views].filter(([{ type, text }]) => type === "text" && text);
    return found.map(([{ text }, view]) => ({
      text,
      show(nodes) {
        const rendered = element("div", { className: "rendered" }, elements(nodes));
        view.element.replaceWith(rendered);
        whenDrawn();
      },
    }));
  }
}
