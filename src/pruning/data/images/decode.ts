/** An image as its file holds it, before it is fitted to a model. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  /** `height × width × 4`: red, green, blue and alpha, 0 to 255. */
  readonly rgba: Uint8Array;
}

/** Endings of the files that `decodeImage` reads. */
export const imageExtensions = ["png", "jpg", "jpeg"] as const;

/** Endings of images that it does not, for sentences. */
export const otherImageExtensions = ["webp", "gif", "bmp", "tif", "tiff", "avif", "heic"] as const;

/** What the files may be, for sentences. */
export const imageFormats = "PNG and JPEG";

/** Guards memory against a header that promises more than any photograph has. */
const mostMegapixels = 100;

/**
 * Decodes a PNG or a JPEG file, told apart by their first bytes, since names often lie. A JPEG's Exif rotation is
 * left alone, as by Keras and torchvision when they read what models are trained on.
 * @throws Error for what is neither, or is damaged: no image is ever half read
 */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
  throw new Error(`neither ${imageFormats.replace(" and ", " nor ")}`);
}

async function decodePng(bytes: Uint8Array): Promise<DecodedImage> {
  const { PNG } = await import("pngjs");
  // The header lies at a fixed place: signature, length and name of the chunk, width, height.
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.getUint32(16) * header.getUint32(20) > mostMegapixels * 1e6) throw new Error("too large");
  const { height, width, data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { height, width, rgba: data };
}

async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  const { decode } = await import("jpeg-js");
  const { height, width, data } = decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: mostMegapixels,
    maxMemoryUsageInMB: 4096,
  });
  return { height, width, rgba: data };
}
