// A peer of bench/peers/faces.sh: face-api on a frame, one thread of WebAssembly with vector instructions.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const [home, frame] = process.argv.slice(2).map((name) => path.resolve(name));
const ROUNDS = 5;
const load = createRequire(path.join(home, "package.json"));
const packages = path.join(home, "node_modules");
const tf = load("@tensorflow/tfjs");
const wasm = load("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(path.join(packages, "@tensorflow/tfjs-backend-wasm/dist/"));
wasm.setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();
const faceapi = load("@vladmandic/face-api/dist/face-api.node-wasm.js");
const jpeg = load("jpeg-js");
const models = path.join(packages, "@vladmandic/face-api/model");
const { nets } = faceapi;
for (const net of [nets.ssdMobilenetv1, nets.tinyFaceDetector, nets.faceLandmark68Net, nets.faceRecognitionNet]) {
  await net.loadFromDisk(models);
}

const bytes = readFileSync(frame);
function decoded() {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true });
  const rgba = tf.tensor3d(data, [height, width, 4], "int32");
  const rgb = tf.slice3d(rgba, [0, 0, 0], [height, width, 3]);
  rgba.dispose();
  return rgb;
}

async function measure(name, work) {
  await work();
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(32)} ${times[Math.floor(ROUNDS / 2)].toFixed(2).padStart(8)} ms (best ${times[0].toFixed(2)})`);
}

for (const [name, options] of [
  ["SSD", new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5 })],
  ["tiny detector", new faceapi.TinyFaceDetectorOptions({ scoreThreshold: 0.5 })],
]) {
  const image = decoded();
  const faces = await faceapi.detectAllFaces(image, options);
  console.log(`${name}: ${faces.length} face(s)`);
  await measure(`${name}: detection`, () => faceapi.detectAllFaces(image, options));
  image.dispose();
  await measure(`${name}: frame to descriptor`, async () => {
    const fresh = decoded();
    await faceapi.detectAllFaces(fresh, options).withFaceLandmarks().withFaceDescriptors();
    fresh.dispose();
  });
}
