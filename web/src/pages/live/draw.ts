import type { Frame } from "../../live/frames";
import type { Overlay } from "../../live/wire";

const colours = { known: "#35c98a", stranger: "#ffb02e", undecided: "#c9d1dc" };

/** What is written at a box: the name, or what is known so far. */
export function overlayLabel(overlay: Overlay): string {
  const score = overlay.score === null || overlay.score === undefined ? "" : ` ${overlay.score.toFixed(2)}`;
  if (overlay.person) return `${overlay.person.name || "Deleted person"}${score}`;
  return overlay.decided ? `Unknown${score}` : "…";
}

function colourOf(overlay: Overlay): string {
  if (overlay.person) return colours.known;
  return overlay.decided ? colours.stranger : colours.undecided;
}

/** Draws a frame and its boxes in one go. */
export function drawFrame(canvas: HTMLCanvasElement, frame: Pick<Frame, "image" | "overlays">): void {
  const { width, height } = frame.image;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.drawImage(frame.image, 0, 0);
  drawOverlays(context, width, height, frame.overlays);
}

/** Draws boxes given in 0..=1 of the picture, `[x, y, width, height]`. */
export function drawOverlays(context: CanvasRenderingContext2D, width: number, height: number, overlays: Overlay[]): void {
  const unit = Math.max(1, width / 640);
  context.font = `600 ${15 * unit}px "Inter Variable", system-ui, sans-serif`;
  context.textBaseline = "middle";
  for (const overlay of overlays) drawOverlay(context, width, height, overlay, unit);
}

function drawOverlay(context: CanvasRenderingContext2D, width: number, height: number, overlay: Overlay, unit: number): void {
  const [x = 0, y = 0, w = 0, h = 0] = overlay.area;
  const box = { x: x * width, y: y * height, w: w * width, h: h * height };
  const colour = colourOf(overlay);
  context.strokeStyle = colour;
  context.lineWidth = 2.5 * unit;
  context.beginPath();
  context.roundRect(box.x, box.y, box.w, box.h, 6 * unit);
  context.stroke();
  const label = `${overlayLabel(overlay)}  #${overlay.track}`;
  const labelWidth = context.measureText(label).width + 14 * unit;
  const labelHeight = 24 * unit;
  const left = Math.max(0, Math.min(box.x, width - labelWidth));
  const top =
    box.y > labelHeight + 4 * unit ? box.y - labelHeight - 3 * unit : Math.min(height - labelHeight, box.y + box.h + 3 * unit);
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(left, top, labelWidth, labelHeight, 5 * unit);
  context.fill();
  context.fillStyle = "#0b0d11";
  context.fillText(label, left + 7 * unit, top + labelHeight / 2 + unit);
}
