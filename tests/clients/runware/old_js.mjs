// The errands of the old JavaScript client, npm's @runware/sdk-js: node --import ./guard.mjs old_js.mjs ERRAND WS_URL KEY.
import { Runware } from "@runware/sdk-js";
import { PIXEL, file, refusal, run, timed } from "./errands.mjs";

const IMAGE = { model: "runware:101@1", positivePrompt: "a red tram", width: 512, height: 512 };
const VIDEO = { model: "klingai:6@1", positivePrompt: "a red tram", duration: 5 };
const POLLED = 4; // it asks every two seconds, and sees the end with the second question

const client = (url, apiKey) => timed("initialize", Runware.initialize({ url, apiKey }), 0.4);

const sent = async (held, uuid) => {
  const made = await timed("requestImages", held.requestImages({ ...IMAGE, seedImage: uuid, strength: 0.5 }));
  return { uploaded: Boolean(uuid), images: made.length };
};

// A client, and the UUID of a picture to work on.
const before = async (url, key) => {
  const held = await client(url, key);
  return [held, (await held.requestImages(IMAGE))[0].imageUUID];
};

await run({
  connect: async (url, key) => ({ connected: Boolean(await client(url, key)) }),

  image: async (url, key) => {
    const made = await timed("requestImages", (await client(url, key)).requestImages({ ...IMAGE, seed: 7 }));
    return { images: made.length, seed: made[0].seed, file: await file(made[0].imageURL) };
  },

  image_async: async (url, key) => {
    const held = await client(url, key);
    const order = { ...IMAGE, seed: 7, deliveryMethod: "async" };
    const [{ taskUUID }] = await timed("requestImages", held.requestImages(order));
    const ask = async () => (await timed("getResponse", held.getResponse({ taskUUID })))[0];
    let made = await ask();
    for (let asked = 1; made.status !== "success" && asked < 5; asked += 1) made = await ask();
    return { images: 1, seed: made.seed, file: await file(made.imageURL) };
  },

  images: async (url, key) => {
    const order = { ...IMAGE, seed: 7, numberResults: 3 };
    const made = await timed("requestImages", (await client(url, key)).requestImages(order));
    return { images: new Set(made.map((one) => one.imageUUID)).size, seeds: made.map((one) => one.seed) };
  },

  video: async (url, key) => {
    const made = await timed("videoInference", (await client(url, key)).videoInference(VIDEO), POLLED);
    return { videos: made.length, file: await file(made[0].videoURL) };
  },

  audio: async (url, key) => {
    const order = { model: "runware:ace-step@v1.5-turbo", positivePrompt: "a tram bell", duration: 10 };
    const made = await timed("audioInference", (await client(url, key)).audioInference(order));
    return { sounds: made.length, file: await file(made[0].audioURL) };
  },

  text: async (url, key) => {
    const order = { model: "openai:gpt@5-mini", messages: [{ role: "user", content: "Say tram." }] };
    const made = await timed("textInference", (await client(url, key)).textInference(order));
    return { said: Boolean(made[0].text), finish: made[0].finishReason };
  },

  upload: async (url, key) => {
    const held = await client(url, key);
    const { imageUUID } = await timed("imageUpload", held.imageUpload({ image: PIXEL }));
    return sent(held, imageUUID);
  },

  media: async (url, key) => {
    const held = await client(url, key);
    const { mediaUUID } = await timed("mediaStorage", held.mediaStorage({ media: PIXEL }));
    return sent(held, mediaUUID);
  },

  upscale: async (url, key) => {
    const [held, inputImage] = await before(url, key);
    const order = { inputImage, model: "runware:501@1", upscaleFactor: 2 };
    const made = await timed("upscale", held.upscale(order));
    return { images: 1, file: await file(made.imageURL) };
  },

  background: async (url, key) => {
    const [held, inputImage] = await before(url, key);
    const order = { inputImage, model: "runware:109@1", outputFormat: "PNG" };
    const made = await timed("removeBackground", held.removeBackground(order));
    return { images: 1, file: await file(made.imageURL) };
  },

  caption: async (url, key) => {
    const [held, inputImage] = await before(url, key);
    const made = await timed("caption", held.caption({ inputImage, model: "runware:150@2" }));
    return { said: Boolean(made.text) };
  },

  enhance: async (url, key) => {
    const order = { prompt: "a red tram", promptMaxLength: 64, promptVersions: 2 };
    return { versions: (await timed("promptEnhance", (await client(url, key)).promptEnhance(order))).length };
  },

  search: async (url, key) => {
    const told = await timed("modelSearch", (await client(url, key)).modelSearch({ search: "flux" }));
    const found = told.results.length;
    return { found: found > 0 && found <= told.totalResults, air: told.results[0].air.includes(":") };
  },

  photo_maker: async (url, key) => {
    const [held, picture] = await before(url, key);
    const order = { model: "civitai:101055@128078", positivePrompt: "img of a driver", width: 512, height: 512,
                    numberResults: 2, style: "No style", strength: 20, inputImages: [picture] };
    const made = await timed("photoMaker", held.photoMaker(order));
    return { images: made.length, file: await file(made[0].imageURL) };
  },

  controlnet: async (url, key) => {
    const [held, inputImage] = await before(url, key);
    const order = { inputImage, preProcessorType: "canny", outputFormat: "PNG" };
    const made = await timed("controlNetPreProcess", held.controlNetPreProcess(order), POLLED);
    return { guide: Boolean(made.guideImageUUID), file: await file(made.guideImageURL) };
  },

  vectorize: async (url, key) => {
    const [held, image] = await before(url, key);
    const made = await timed("vectorize", held.vectorize({ model: "recraft:1@1", inputs: { image } }));
    return { images: 1, file: await file(made.imageURL) };
  },

  masking: async (url, key) => {
    const [held, inputImage] = await before(url, key);
    const made = await timed("imageMasking", held.imageMasking({ model: "runware:35@1", inputImage, outputFormat: "PNG" }));
    const box = Object.keys(made.detections[0]).sort().join();
    return { found: box === "x_max,x_min,y_max,y_min", file: await file(made.maskImageURL) };
  },

  three_d: async (url, key) => {
    const order = { model: "meshy:meshy@6", positivePrompt: "a red tram" };
    const made = await timed("threeDInference", (await client(url, key)).threeDInference(order));
    const { files } = made[0].outputs;
    return { files: files.length, file: await file(files[0].url) };
  },

  details: async (url, key) => {
    const held = await client(url, key);
    const [made] = await held.requestImages(IMAGE);
    const told = await timed("getTaskDetails", held.getTaskDetails({ taskUUID: made.taskUUID }));
    return { request: told.request[0].positivePrompt, response: told.response.data[0].imageUUID === made.imageUUID };
  },

  bad_key: async (url, key) => ({ refused: await refusal(client(url, `wrong${key}`)) }),

  failed: async (url, key) => {
    const held = await client(url, key);
    return { refused: await refusal(timed("requestImages", held.requestImages(IMAGE))) };
  },

  failed_later: async (url, key) => {
    const held = await client(url, key);
    return { refused: await refusal(timed("videoInference", held.videoInference(VIDEO), POLLED)) };
  },

  unknown_model: async (url, key) => {
    const held = await client(url, key);
    return { refused: await refusal(timed("requestImages", held.requestImages({ ...IMAGE, model: "nobody:1@1" }))) };
  },

  // A call in flight is lost with its socket and waited for a minute; a video is asked for again by the next poll.
  dropped_later: async (url, key) => {
    const held = await client(url, key);
    const made = await timed("videoInference", held.videoInference(VIDEO), POLLED + 2);
    return { videos: made.length, file: await file(made[0].videoURL) };
  },
});
