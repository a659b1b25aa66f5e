// The data stream runtime of assistant-ui, without a browser. Goes through steps and
// reports the conversation.
import { createElement } from "react";
import { act, create } from "react-test-renderer";
import { AssistantRuntimeProvider } from "@assistant-ui/core/react";
import { useDataStreamRuntime } from "@assistant-ui/react-data-stream";

const given = JSON.parse(process.argv[2]);
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
let runtime;

function App() {
  runtime = useDataStreamRuntime({
    api: given.api,
    headers: { authorization: `Bearer ${given.apiKey}` },
  });
  return createElement(AssistantRuntimeProvider, { runtime });
}

const tools = {};
for (const [name, { result, ...tool }] of Object.entries(given.tools ?? {})) {
  tools[name] = { type: "frontend", ...tool, execute: async () => result };
}

async function go({ send, at }) {
  const { thread } = runtime;
  let cancels = Boolean(at); // when the answer has this text
  await new Promise((done) => {
    const end = thread.subscribe(() => {
      const last = thread.getState().messages.at(-1);
      if (cancels && JSON.stringify(last.content).includes(at)) {
        cancels = false;
        thread.cancelRun();
      }
      const isDone = ["complete", "incomplete"].includes(last?.status?.type);
      if (last?.role !== "assistant" || !isDone || thread.getState().isRunning) return;
      end();
      done();
    });
    thread.append(send);
  });
}

await act(async () => create(createElement(App)));
runtime.registerModelContextProvider({ getModelContext: () => ({ tools }) });
for (const step of given.steps) await act(() => go(step));
const { messages } = runtime.thread.getState();
console.log(JSON.stringify(messages.map(({ role, content, status }) => ({ role, content, status }))));
process.exit(0);
