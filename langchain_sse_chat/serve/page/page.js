// The chat: what the user does, and one answer at a time.

import { Answer, textOf } from "./answer.js";
import { Api } from "./api.js";
import { element } from "./dom.js";
import { Timing } from "./figures.js";
import { load, newId, save } from "./store.js";
import { Interrupted, Refused, readChunks } from "./stream.js";
import { AnswerView, afterDrawing, questionView } from "./view.js";

const CUT = {
  length: "The answer is cut off: it reached the limit on its length.",
  "content-filter": "The answer was cut off by a content filter.",
};

const at = (id) => document.getElementById(id);
const question = at("question");
const messages = at("messages");
const scroller = at("scroller");
const api = new Api(load("key"), askForKey);

let chat = load("chat") ?? { id: newId(), messages: [], pending: null };
/** The answer that is being given. */
let turn = null;
let isAtEnd = true;

function send() {
  const text = question.value.trim();
  if (!text || turn) return;
  question.value = "";
  fit();
  const message = { id: newId(), role: "user", parts: [{ type: "text", text }] };
  chat.messages.push(message);
  messages.append(questionView(message));
  ask();
}

function retry() {
  if (turn) return;
  chat.messages.pop();
  messages.lastElementChild.remove();
  ask();
  at("stop").focus();
}

/** Asks for an answer to the messages so far. */
function ask() {
  const message = { id: newId(), role: "assistant", parts: [] };
  const json = { id: chat.id, model: chat.model, messages: sent(chat.messages) };
  chat.messages.push(message);
  chat.pending = { answer: null };
  keep();
  const view = new AnswerView(message, retry);
  messages.append(view.element);
  run(view, () => api.send("chat", { method: "POST", json, signal: turn.signal }));
  isAtEnd = true;
  follow();
}

/** Reads on the answer that ran when the page was left. */
function readOn(view) {
  view.status.textContent = "Resuming …";
  run(view, null, chat.pending.answer);
}

/** Reads one answer, from a new request or after an ID. */
async function run(view, begin, lastId = null) {
  const stopper = new AbortController();
  const own = (turn = { signal: stopper.signal, stop: () => stopper.abort(), isStopping: false });
  const { message } = view;
  const answer = new Answer(message);
  const timing = new Timing();
  let failure = null;
  showTurn();
  announce("The answer is being written.");
  try {
    const chunks = readChunks({
      lastId,
      connect: (last) => (last === null && begin ? begin() : resume(last, own.signal)),
      onId: (id) => {
        const started = id.replace(/[^.]*$/, "0");
        if (turn !== own || chat.pending.answer === started) return;
        chat.pending.answer = started;
        keep();
      },
      onLost: () => view.update({ status: "Connection lost. Trying again …" }),
      pause: (milliseconds) => pause(milliseconds, own.signal),
    });
    for await (const chunk of chunks) {
      if (turn !== own) return;
      timing.note(chunk);
      view.update(answer.apply(chunk));
    }
  } catch (error) {
    failure = error;
    own.stop();
  }
  if (turn !== own) return;
  turn = null;
  message.notice = notice(answer, failure, own.isStopping);
  if (begin) message.metadata = { ...message.metadata, timing: timing.result() };
  chat.pending = null;
  keep();
  view.finish();
  showTurn();
  announce(`${textOf(message)} ${message.notice?.words ?? ""}`);
  renderAll([view]);
}

function resume(last, signal) {
  return api.send(`chat/${chat.id}/stream`, { headers: after(last), signal });
}

/** Returns headers that name an event, if it is known. */
function after(id) {
  return id && { "Last-Event-ID": id };
}

/** Returns what is told about the end of an answer, null if it is complete. */
function notice(answer, failure, isStopped) {
  const { message, isFinished } = answer;
  if (answer.isStopped || (isStopped && !isFinished)) {
    return { words: "Stopped.", isFailure: false };
  }
  const cut = CUT[message.metadata?.finishReason];
  const isEmpty = message.parts.every(({ type }) => type === "step-start");
  const lost = failure && !isFinished ? words(failure) : null;
  const told = answer.error ?? lost ?? cut ?? (isEmpty ? "The answer is empty." : null);
  return told && { words: told, isFailure: true };
}

function words(error) {
  if (error.status === 401) return "The server needs an API key.";
  if (error instanceof Refused) return error.message;
  if (error instanceof Interrupted) {
    return "The connection was lost before the answer was complete. Retry asks again.";
  }
  if (error instanceof TypeError) {
    return "The server cannot be reached. Check the connection, then try again.";
  }
  console.error(error);
  return "What the server sent cannot be read.";
}

function stop() {
  const own = turn;
  if (own === null || own.isStopping) return;
  own.isStopping = true;
  // The server ends the stream, which a kept answer would outlive.
  setTimeout(own.stop, 2000);
  // A duplicated tab has the same chat.
  const headers = after(chat.pending.answer);
  api.send(`chat/${chat.id}/stop`, { method: "POST", headers }).catch(own.stop);
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    addEventListener("online", resolve, { once: true });
    signal.addEventListener("abort", () => reject(signal.reason));
    signal.throwIfAborted();
  });
}

/** Returns the messages to send: what models are told. */
function sent(list) {
  const told = (parts) => parts.filter(({ type }) => !/^(file|source)/.test(type));
  return list
    .map(({ id, role, parts }) => ({ id, role, parts: told(parts) }))
    .filter(({ parts }) => parts.some(({ type }) => type !== "step-start"));
}

/** Shows the texts of answers as Markdown, if it can. */
async function renderAll(views) {
  for (const texts of views.map((view) => view.texts())) {
    if (!texts.length) continue;
    try {
      const json = { texts: texts.map(({ text }) => text) };
      const response = await api.send("markdown", { method: "POST", json });
      const { documents } = await response.json();
      documents.forEach((nodes, i) => texts[i].show(nodes));
    } catch (error) {
      console.warn("Markdown is not rendered:", error.message);
    }
  }
}

function keep() {
  save("chat", chat);
}

function show() {
  const views = [];
  messages.replaceChildren();
  for (const message of chat.messages) {
    if (message.role === "user") {
      messages.append(questionView(message));
      continue;
    }
    const view = new AnswerView(message, retry);
    messages.append(view.element);
    views.push(view);
  }
  const last = chat.pending && views.pop();
  for (const view of views) view.finish();
  renderAll(views.toReversed());
  showTurn();
  if (last) readOn(last);
}

function newChat() {
  stop();
  turn?.stop();
  turn = null;
  chat = { id: newId(), model: chat.model, messages: [], pending: null };
  keep();
  show();
  announce("A new chat has begun.");
  question.focus();
}

function showTurn() {
  const focused = document.activeElement;
  at("send").hidden = turn !== null;
  at("stop").hidden = turn === null;
  at("welcome").hidden = chat.messages.length > 0;
  if (focused.hidden) question.focus();
}

/** Says a text to screen readers. */
function announce(text) {
  at("live").textContent = text;
}

async function showModels() {
  let trouble = "";
  try {
    const response = await api.send("v1/models");
    const names = (await response.json()).data.map(({ id }) => id);
    if (!names.includes(chat.model)) chat.model = names[0];
    at("model").replaceChildren(...names.map((name) => element("option", {}, name)));
    at("model").value = chat.model;
    at("model").hidden = false;
  } catch (error) {
    trouble = words(error);
  }
  at("trouble").textContent = trouble;
}

/** Asks the user for an API key. */
async function askForKey(isWrong) {
  const dialog = at("key-dialog");
  at("key-words").textContent = isWrong
    ? "The server does not accept this key. Enter another one."
    : "The server needs an API key. It is kept until you close this tab.";
  dialog.returnValue = "";
  if (!dialog.open) dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const key = dialog.returnValue === "use" ? at("key").value.trim() : "";
  at("key").value = "";
  if (!key) return;
  api.key = key;
  save("key", key);
  at("key-button").hidden = false;
  showModels();
}

/** Keeps the end in sight, unless the user scrolled up. */
function follow() {
  if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
}

afterDrawing(follow);

scroller.addEventListener("scroll", () => {
  isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  at("latest").hidden = isAtEnd;
});

at("latest").addEventListener("click", () => {
  isAtEnd = true;
  follow();
  question.focus();
});

/** Fits the field to its text, where CSS does not. */
function fit() {
  at("send").disabled = question.value.trim() === "";
  if (!CSS.supports("field-sizing", "content")) {
    question.style.height = "auto";
    question.style.height = `${question.scrollHeight}px`;
  }
  follow();
}

question.addEventListener("input", fit);

question.addEventListener("keydown", (event) => {
  // Enter may end the composition of an input method; Safari tells by the code 229.
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || isComposing) return;
  event.preventDefault();
  send();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && !at("key-dialog").open) stop();
});

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

// The second click of a double one on "Send" is not for it.
at("stop").addEventListener("click", ({ detail }) => detail !== 2 && stop());
at("new-chat").addEventListener("click", newChat);
at("key-button").addEventListener("click", () => askForKey(false));
at("key-cancel").addEventListener("click", () => at("key-dialog").close());
at("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  at("key-dialog").close("use");
});
at("model").addEventListener("change", (event) => {
  chat.model = event.target.value;
  keep();
});
// What fails because the page is left is not the end of the answer.
addEventListener("pagehide", () => {
  keep();
  turn = null;
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

at("key-button").hidden = load("key") === null;
show();
showModels();
