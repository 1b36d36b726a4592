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
 * @returns nothing for what is neither, or is damaged: no image is ever half read
 */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage | undefined> {
  const decoder = decoders.find(({ signature }) => signature.every((byte, i) => byte === bytes[i]));
  if (!decoder) return undefined;
  const decode = await decoder.load();
  try {
    const { height, width, data } = decode(bytes);
    return { height, width, rgba: data };
  } catch {
    return undefined;
  }
}

type Decode = (bytes: Uint8Array) => { readonly height: number; readonly width: number; readonly data: Uint8Array };

/** Each loaded with the first image that it is for. */
const decoders: readonly { readonly signature: readonly number[]; load(): Promise<Decode> }[] = [
  {
    signature: [0x89, 0x50, 0x4e, 0x47],
    async load() {
      const { PNG } = (await import("pngjs")).default;
      return (bytes) => {
        const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        // The header lies at a fixed place: signature, length and name of the chunk, width, height.
        if (file.readUInt32BE(16) * file.readUInt32BE(20) > mostMegapixels * 1e6) throw new Error("too large");
        return PNG.sync.read(file);
      };
    },
  },
  {
    signature: [0xff, 0xd8],
    async load() {
      const { decode } = (await import("jpeg-js")).default;
      const limits = { maxResolutionInMP: mostMegapixels, maxMemoryUsageInMB: 4096 };
      return (bytes) => decode(bytes, { useTArray: true, tolerantDecoding: false, ...limits });
    },
  },
];
