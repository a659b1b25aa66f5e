/** A part of a message: text, reasoning, a tool that runs or has run, or a source. */
export default function Part({ part }) {
  switch (part.type) {
    case "text":
      return <span className="text">{part.text}</span>;
    case "reasoning":
      return (
        <details>
          <summary>Reasoning</summary>
          {part.text}
        </details>
      );
    case "dynamic-tool":
      return (
        <details className="tool">
          <summary>
            {part.toolName}: {STATES[part.state] ?? part.state}
          </summary>
          <pre>{JSON.stringify(part.input, null, 2)}</pre>
          <pre>{part.errorText ?? (part.output && JSON.stringify(part.output, null, 2))}</pre>
        </details>
      );
    case "source-url":
      return (
        <a href={part.url} rel="noreferrer">
          {part.title ?? part.url}
        </a>
      );
  }
}

const STATES = {
  "input-streaming": "called",
  "input-available": "runs",
  "output-available": "done",
  "output-error": "failed",
};
