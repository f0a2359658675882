// OpenAI's JavaScript client against `pumice serve --emulator`.
//
// openai_client.mjs URL GUARDED_URL: the second gateway wants the key `sk-witness`.

import assert from "node:assert/strict";
import zlib from "node:zlib";
import OpenAI, { toFile } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

const [url, guardedUrl] = process.argv.slice(2);
const MODEL = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const WHERE = "This answer comes from the offline emulator, which made it from your request alone.";
const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const client = (apiKey = "sk-any", base = url) =>
  new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0, timeout: 20_000 });
const openai = client();
const user = (content) => ({ role: "user", content });
const ask = (messages, rest = {}) =>
  openai.chat.completions.create({ model: MODEL, messages: Array.isArray(messages) ? messages : [user(messages)], ...rest });
const text = (answer) => answer.choices[0].message.content;
const joined = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
const finishes = (chunks) => chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean);

/** All chunks; `into` keeps those that came before an error. */
async function collect(stream, into = []) {
  for await (const chunk of await stream) into.push(chunk);
  return into;
}

/** The error that a promise ends in, which is a `kind`. */
async function failure(kind, promise) {
  const error = await promise.then(() => assert.fail(`no ${kind.name}`), (error) => error);
  assert.ok(error instanceof kind, `${error?.constructor?.name} in place of ${kind.name}: ${error}`);
  return error;
}

/** A grey PNG. */
function png(width, height) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(zlib.crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = zlib.deflateSync(Buffer.alloc((width + 1) * height));
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

const checks = {
  async "a chat is answered"() {
    const answer = await ask([{ role: "system", content: "Be brief." }, user("Name a river.")], { max_tokens: 100 });
    assert.equal(text(answer), `You said: "Name a river.". ${WHERE}`);
    assert.equal(answer.choices[0].finish_reason, "stop");
    assert.equal(answer.object, "chat.completion");
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
    assert.ok(prompt_tokens > 0 && completion_tokens > 0);
    assert.equal(total_tokens, prompt_tokens + completion_tokens);
  },

  async "a stream tells what the answer tells"() {
    const chunks = await collect(ask("Name a river.", { stream: true }));
    assert.ok(chunks.length > 4);
    assert.equal(joined(chunks), `You said: "Name a river.". ${WHERE}`);
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
    assert.deepEqual(finishes(chunks), ["stop"]);
    assert.ok(chunks.every((chunk) => !chunk.usage && chunk.object === "chat.completion.chunk"));
  },

  async "include_usage adds one last chunk"() {
    const chunks = await collect(ask("Name a river.", { stream: true, stream_options: { include_usage: true } }));
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.total_tokens, (await ask("Name a river.")).usage.total_tokens);
    assert.ok(chunks.every((chunk) => !chunk.usage && chunk.choices.length === 1));
  },

  async "a tool loop ends with the result"() {
    const messages = [user("What is the weather in Oslo?")];
    const first = await ask(messages, { tools: [WEATHER] });
    assert.equal(first.choices[0].finish_reason, "tool_calls");
    const [call] = first.choices[0].message.tool_calls;
    assert.equal(call.function.name, "get_weather");
    assert.deepEqual(JSON.parse(call.function.arguments), { city: "Oslo" });
    messages.push(first.choices[0].message, { role: "tool", tool_call_id: call.id, content: "11 degrees" });
    const last = await ask(messages, { tools: [WEATHER] });
    assert.equal(last.choices[0].finish_reason, "stop");
    assert.match(text(last), /^The tool answered: 11 degrees/);
  },

  async "the client's own tool runner finishes the loop"() {
    const asked = [];
    const tool = { type: "function", function: { ...WEATHER.function, parse: JSON.parse, function: ({ city }) => {
      asked.push(city);
      return `${city}: 11 degrees`;
    } } };
    const runner = openai.chat.completions.runTools({ model: MODEL, messages: [user("Weather in Oslo and Lima?")], tools: [tool] });
    const said = await runner.finalContent();
    assert.deepEqual(asked, ["Oslo", "Lima"]);
    assert.match(said, /The tool answered: Oslo: 11 degrees.*The tool answered: Lima: 11 degrees/);
  },

  async "tools are called in parallel, whole and streamed"() {
    const whole = (await ask("Weather in Oslo and Lima?", { tools: [WEATHER] })).choices[0].message.tool_calls;
    const inputs = (calls) => calls.map((call) => JSON.parse(call.function.arguments));
    assert.deepEqual(inputs(whole), [{ city: "Oslo" }, { city: "Lima" }]);
    const request = { model: MODEL, messages: [user("Weather in Oslo and Lima?")], tools: [WEATHER] };
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    const calls = streamed.choices[0].message.tool_calls;
    assert.deepEqual(inputs(calls), inputs(whole));
    assert.deepEqual(calls.map((call) => call.id), whole.map((call) => call.id));
    assert.equal(new Set(calls.map((call) => call.id)).size, 2);
    assert.equal(streamed.choices[0].finish_reason, "tool_calls");
  },

  async "an image is seen"() {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${png(7, 5).toString("base64")}` } };
    const answer = await ask([user([{ type: "text", text: "What is this?" }, image])]);
    assert.match(text(answer), /^I was shown a png image of 7 x 5 pixels \(/);
  },

  async "structured output is parsed"() {
    const Person = z.object({ name: z.string(), age: z.number().int(), tags: z.array(z.string()) });
    const response_format = zodResponseFormat(Person, "person");
    const request = { model: MODEL, messages: [user("A person aged 41")], response_format };
    const answer = await openai.chat.completions.parse(request);
    assert.equal(answer.choices[0].message.parsed.age, 41);
    assert.equal(answer.choices[0].finish_reason, "stop");
    const streamed = joined(await collect(ask("A person aged 41", { response_format, stream: true })));
    assert.equal(Person.parse(JSON.parse(streamed)).age, 41);
  },

  async "a text completion is answered, whole and streamed"() {
    const complete = (prompt, rest = {}) => openai.completions.create({ model: MODEL, prompt, ...rest });
    const whole = await complete("Name a river.", { echo: true });
    assert.equal(whole.object, "text_completion");
    assert.equal(whole.choices[0].text, `Name a river.You said: "Name a river.". ${WHERE}`);
    assert.equal(whole.choices[0].finish_reason, "stop");
    const options = { echo: true, stream: true, stream_options: { include_usage: true } };
    const chunks = await collect(complete("Name a river.", options));
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.text ?? "").join(""), whole.choices[0].text);
    assert.deepEqual(finishes(chunks), ["stop"]);
    assert.equal(chunks.at(-1).usage.total_tokens, whole.usage.total_tokens);
    const several = await complete(["one", "two"]);
    assert.deepEqual(several.choices.map(({ index, text }) => [index, text]),
      ["one", "two"].map((prompt, index) => [index, `You said: "${prompt}". ${WHERE}`]));
    for (const wrong of [{ suffix: "end" }, { logprobs: 2 }, { best_of: 3 }]) {
      const error = await failure(OpenAI.BadRequestError, complete("Hi", wrong));
      assert.deepEqual([error.param], Object.keys(wrong));
    }
    await failure(OpenAI.RateLimitError, complete("Hi", { model: "bedrock/emulator.fault.status:429" }));
    const seen = [];
    const cut = complete("Hi", { model: "bedrock/emulator.fault.truncate.after:3", stream: true });
    await failure(OpenAI.APIError, collect(cut, seen));
    assert.match(seen[0].choices[0].text, /^You/);
  },

  async "errors are typed, with status, param and code"() {
    for (const [request, kind, status, param, code] of [
      [{ temperature: "hot" }, OpenAI.BadRequestError, 400, "temperature", null],
      [{ logit_bias: { 1: 1 } }, OpenAI.BadRequestError, 400, "logit_bias", "unsupported_parameter"],
      [{ model: "openai/gpt-none" }, OpenAI.NotFoundError, 404, "model", "model_not_found"],
    ]) {
      const error = await failure(kind, ask("Hi", request));
      assert.deepEqual([error.status, error.param, error.code], [status, param, code]);
      assert.equal(error.type, "invalid_request_error");
    }
    const throttled = await failure(OpenAI.RateLimitError, ask("Hi", { model: "bedrock/emulator.fault.status:429" }));
    assert.equal(throttled.status, 429);
  },

  async "an error amid a stream is thrown after the text"() {
    for (const fault of ["exception:throttlingException.after:3", "truncate.after:3"]) {
      const seen = [];
      const stream = ask("Hi", { model: `bedrock/emulator.fault.${fault}`, stream: true });
      await failure(OpenAI.APIError, collect(stream, seen));
      assert.match(joined(seen), /^You said/);
      assert.deepEqual(finishes(seen), []);
    }
  },

  async "a disconnect leaves the gateway well"() {
    for (let times = 0; times < 5; times++) {
      const stream = await ask("Name a river.", { model: "bedrock/emulator.fault.slow:200", stream: true });
      for await (const chunk of stream) {
        assert.ok(chunk.choices.length);
        break;
      }
      stream.controller.abort();
    }
    assert.equal(text(await ask("Still there?")), `You said: "Still there?". ${WHERE}`);
  },

  async "embeddings come in the client's own encoding"() {
    const model = "bedrock/amazon.titan-embed-text-v2:0";
    const input = ["A cat sleeps.", "Interest rates rose."];
    const own = await openai.embeddings.create({ model, input, dimensions: 256 });
    const floats = await openai.embeddings.create({ model, input, dimensions: 256, encoding_format: "float" });
    assert.deepEqual(own.data.map(({ index, embedding }) => [index, embedding.length]), [[0, 256], [1, 256]]);
    own.data.forEach(({ embedding }, place) =>
      embedding.forEach((number, at) => assert.ok(Math.abs(number - floats.data[place].embedding[at]) < 1e-6)));
    assert.ok(own.usage.prompt_tokens > 0 && own.usage.total_tokens === own.usage.prompt_tokens);
    const error = await failure(OpenAI.BadRequestError, openai.embeddings.create({ model, input: [[1, 2]] }));
    assert.equal(error.param, "input");
  },

  async "images are drawn and edited"() {
    const pixels = ({ b64_json: base64 }) => {
      const file = Buffer.from(base64, "base64");
      return [file.readUInt32BE(16), file.readUInt32BE(20)];
    };
    const drawn = await openai.images.generate({
      model: "bedrock/amazon.nova-canvas-v1:0",
      prompt: "An otter",
      n: 2,
      size: "720x1280",
    });
    assert.deepEqual(drawn.data.map(pixels), [[720, 1280], [720, 1280]]);
    const image = await toFile(Buffer.from(drawn.data[0].b64_json, "base64"), "image.png", { type: "image/png" });
    const model = "bedrock/us.stability.stable-image-remove-background-v1:0";
    const edited = await openai.images.edit({ model, image, prompt: "Remove the background" });
    assert.deepEqual(edited.data.map(pixels), [[720, 1280]]);
  },

  async "the key is asked for"() {
    const request = { model: MODEL, messages: [user("Hi")] };
    const error = await failure(OpenAI.AuthenticationError, client("sk-wrong", guardedUrl).chat.completions.create(request));
    assert.deepEqual([error.status, error.code], [401, "invalid_api_key"]);
    const answer = await client("sk-witness", guardedUrl).chat.completions.create(request);
    assert.equal(text(answer), `You said: "Hi". ${WHERE}`);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
  } catch (error) {
    failed += 1;
    console.error(`FAIL ${name}\n${error.stack}`);
  }
}
const total = Object.keys(checks).length;
console.log(`openai (Node): ${total - failed} of ${total} checks pass`);
process.exit(failed ? 1 : 0);
