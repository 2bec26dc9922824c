// Network cameras: a real RTSP server that plays a film, and what tells of it by ONVIF.
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

const server = fileURLToPath(new URL("rtsp-server.py", import.meta.url));
// The system's own Python has the bindings, whichever other is on the path.
const python = "/usr/bin/python3";

/**
 * A film of a webcam as H.264, five minutes long, so many times as wide and high, with nobody in it for the first `lead` seconds;
 * its path.
 */
export async function video(film, { times = 1, lead = 0 } = {}) {
  const file = film.replace(/\.mjpeg$/, `-${times}.mp4`);
  const short = film.replace(/\.mjpeg$/, `-${times}-once.mp4`);
  const scaled = ["-vf", `scale=${times}*iw:${times}*ih`];
  const encoded = ["-r", "10", "-c:v", "libx264", "-profile:v", "main", "-bf", "0", "-g", "20", "-pix_fmt", "yuv420p", "-crf", "20"];
  await run("ffmpeg", ["-v", "error", "-y", "-r", "15", "-f", "mjpeg", "-i", film, ...scaled, ...encoded, short]);
  const later = ["-vf", `tpad=start_duration=${lead}:color=0x6d7378`, ...encoded];
  const repeated = lead > 0 ? later : ["-c", "copy"];
  await run("ffmpeg", ["-v", "error", "-y", "-stream_loop", "37", "-i", short, ...repeated, file]);
  return file;
}

/** An RTSP camera; `start` and `stop` are its power switch. */
export class RtspCamera {
  constructor({ port, film, user, password }) {
    this.words = [String(port), film, user, password];
    this.address = `rtsp://127.0.0.1:${port}/film`;
  }

  async start() {
    this.process = spawn(python, [server, ...this.words], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(this.process, "exit").then(() => {
      throw new Error("the RTSP server ended: scripts/setup-test.sh installs what it wants");
    });
    ended.catch(() => {});
    await Promise.race([once(this.process.stdout, "data"), ended]);
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }
}

/** Answers probes, and whoever knows the user's name hears where the streams are. */
export class OnvifCamera {
  async start({ name, user, main, detection }) {
    this.http = createServer((request, response) => {
      let question = "";
      request.on("data", (bytes) => (question += bytes));
      request.on("end", () => {
        const [status, body] = answer(question, { user, main, detection, host: request.headers.host });
        response.writeHead(status, { "content-type": "application/soap+xml" });
        response.end(envelope(body));
      });
    });
    await once(this.http.listen(0, "127.0.0.1"), "listening");
    const service = `http://127.0.0.1:${this.http.address().port}/onvif/device_service`;
    this.socket = dgram.createSocket("udp4");
    const scope = `onvif://www.onvif.org/name/${encodeURIComponent(name)}`;
    const match = envelope(`<ProbeMatches><ProbeMatch><Scopes>${scope}</Scopes><XAddrs>${service}</XAddrs></ProbeMatch></ProbeMatches>`);
    this.socket.on("message", (_, from) => this.socket.send(match, from.port, from.address));
    await once(this.socket.bind(0, "127.0.0.1"), "listening");
    this.discovery = `127.0.0.1:${this.socket.address().port}`;
  }

  stop() {
    this.http?.close();
    this.socket?.close();
  }
}

function envelope(body) {
  return `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${body}</s:Body></s:Envelope>`;
}

function answer(question, { user, main, detection, host }) {
  if (question.includes("GetSystemDateAndTime")) return [400, "<s:Fault/>"];
  if (!question.includes(`Username>${user}<`)) return [400, "<s:Fault><s:Value>ter:NotAuthorized</s:Value></s:Fault>"];
  if (question.includes("GetCapabilities")) return [200, `<Media><XAddr>http://${host}/onvif/media</XAddr></Media>`];
  if (question.includes("GetProfiles")) return [200, profile("main", 1920, 1080) + profile("sub", 640, 480)];
  return [200, `<Uri>${question.includes(">sub<") ? detection : main}</Uri>`];
}

function profile(token, width, height) {
  const size = `<Resolution><Width>${width}</Width><Height>${height}</Height></Resolution>`;
  return `<Profiles token="${token}"><VideoEncoderConfiguration>${size}</VideoEncoderConfiguration></Profiles>`;
}
