// Computes face descriptors of aligned chips with the package's own code, in Chromium.
//
// usage: node descriptors.mjs FACE_API_ARCHIVE E2E_FOLDER CHIP.rgb...
// Each chip is 150 x 150 pixels of raw RGB. Prints one JSON array of descriptors.
// Exit code 3: Chromium or playwright-core is not installed.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const SIDE = 150;
const ORIGIN = "http://face-api.test";
const [archive, tools, ...chips] = process.argv.slice(2);

const page = await open();
await page.goto(`${ORIGIN}/`);
await page.addScriptTag({ url: `${ORIGIN}/dist/face-api.js` });
const pixels = chips.map((chip) => readFileSync(chip).toString("base64"));
const descriptors = await page.evaluate(describe, { pixels, side: SIDE });
console.log(JSON.stringify(descriptors));
await page.context().browser().close();

/** A page whose requests are answered out of the package's archive. */
async function open() {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  if (!executablePath) missing("Chromium");
  const browser = await playwright().launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, (route) => {
    const file = new URL(route.request().url()).pathname;
    if (file === "/") return route.fulfill({ contentType: "text/html", body: "<title>face-api</title>" });
    try {
      const body = execFileSync("tar", ["-xzOf", archive, `package${file}`], { maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] });
      return route.fulfill({ body });
    } catch {
      return route.fulfill({ status: 404 });
    }
  });
  return page;
}

function playwright() {
  try {
    return createRequire(path.join(tools, "package.json"))("playwright-core").chromium;
  } catch {
    return missing("playwright-core");
  }
}

function missing(what) {
  console.error(`${what} is not installed`);
  process.exit(3);
}

/** Runs in the page. */
async function describe({ pixels, side }) {
  const { faceapi } = window;
  await faceapi.tf.setBackend("cpu");
  await faceapi.tf.ready();
  await faceapi.nets.faceRecognitionNet.loadFromUri("/model");
  const descriptors = [];
  for (const chip of pixels) {
    const rgb = Uint8Array.from(atob(chip), (character) => character.charCodeAt(0));
    const image = new ImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      image.data.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
      image.data[i * 4 + 3] = 255;
    }
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    canvas.getContext("2d").putImageData(image, 0, 0);
    descriptors.push(Array.from(await faceapi.nets.faceRecognitionNet.computeFaceDescriptor(canvas)));
  }
  return descriptors;
}
