// Times and token counts of an answer.

/** Measures one answer as it comes. */
export class Timing {
  #begun = performance.now();
  #first = null;
  #last = null;

  /** Takes note of a chunk that has just come. */
  note(chunk) {
    if (!chunk.type.endsWith("-delta")) return;
    this.#last = performance.now();
    this.#first ??= this.#last;
  }

  /** Returns the seconds to the first token, and those from there to the last one. */
  result() {
    if (this.#first === null) return null;
    return {
      first: (this.#first - this.#begun) / 1000,
      rest: (this.#last - this.#first) / 1000,
    };
  }
}

const number = new Intl.NumberFormat("en");

/** Returns the line below an answer. */
export function figures({ model, usage = {}, timing } = {}) {
  const { inputTokens, outputTokens } = usage;
  const found = [model];
  if (inputTokens !== undefined) found.push(`${number.format(inputTokens)} tokens in`);
  if (outputTokens !== undefined) found.push(`${number.format(outputTokens)} out`);
  if (timing) {
    found.push(`first token after ${seconds(timing.first)}`);
    // One token has no pace.
    if (outputTokens > 1 && timing.rest > 0) {
      found.push(`${number.format(Math.round((outputTokens - 1) / timing.rest))} tokens/s`);
    }
  }
  return found.filter(Boolean).join(" · ");
}

function seconds(value) {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`;
}
