// The errands of Runware's provider for the AI SDK: node --import ./guard.mjs ai_sdk.mjs ERRAND HTTP_URL KEY.
import { createRunware } from "@runware/ai-sdk-provider";
import { generateImage } from "ai";
import { kind, refusal, run, timed } from "./errands.mjs";

const order = (url, apiKey, model = "runware:101@1", settings = {}, more = {}) =>
  generateImage({
    model: createRunware({ baseURL: url, apiKey }).image(model, settings),
    prompt: "a red tram",
    size: "512x512",
    seed: 7,
    ...more,
  });
const pictures = (made) => made.images.map((one) => kind(Buffer.from(one.uint8Array)));

await run({
  image: async (url, key) => {
    const made = pictures(await timed("generateImage", order(url, key)));
    return { images: made.length, file: made[0] };
  },

  images: async (url, key) => {
    const made = pictures(await timed("generateImage", order(url, key, "runware:101@1", { maxImagesPerCall: 3 }, { n: 3 })));
    return { images: made.length, file: made[0] };
  },

  image_inline: async (url, key) => {
    const made = pictures(await timed("generateImage", order(url, key, "runware:101@1", { outputType: "base64Data" })));
    return { images: made.length, file: made[0] };
  },

  bad_key: async (url, key) => ({ refused: await refusal(timed("generateImage", order(url, `wrong${key}`))) }),

  failed: async (url, key) => {
    const coming = order(url, key, "runware:101@1", {}, { maxRetries: 0 });
    return { refused: await refusal(timed("generateImage", coming)) };
  },

  unknown_model: async (url, key) => ({ refused: await refusal(timed("generateImage", order(url, key, "nobody:1@1"))) }),
});
