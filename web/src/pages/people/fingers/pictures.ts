/** Pictures of presses from files. */

/** First bytes of what the server reads itself: PNG, TIFF (both ways round), binary PGM. */
const readable = [
  [0x89, 0x50, 0x4e, 0x47],
  [0x49, 0x49],
  [0x4d, 0x4d],
  [0x50, 0x35],
];

export function isReadByServer(head: Uint8Array): boolean {
  return readable.some((first) => first.every((byte, i) => head[i] === byte));
}

/** The file as the server reads it: what only the browser knows, such as BMP, becomes a PNG of the same pixels. */
export async function asRead(file: Blob): Promise<Blob> {
  if (isReadByServer(new Uint8Array(await file.slice(0, 4).arrayBuffer()))) return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    // The server says what is wrong with it.
    return file;
  }
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob((png) => resolve(png ?? file), "image/png"));
}

/** What the file dialog offers. */
export const pictureTypes = "image/png,image/tiff,image/bmp,image/jpeg,.png,.tif,.tiff,.pgm,.bmp";
