// Prints an answer as it comes: node loop.mjs "A question"
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? "http://127.0.0.1:8000/api/v1",
  apiKey: process.env.OPENAI_API_KEY ?? "none",
});

const stream = await client.chat.completions.create({
  model: "chat",
  messages: [{ role: "user", content: process.argv[2] ?? "Write a haiku about programming" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
process.stdout.write("\n");
