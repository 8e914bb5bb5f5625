// Takes the steady noise of a room out of a finished utterance, in the spectrum: each band is turned down where it is
// no louder than the noise there. The recogniser was taught clean speech and takes a hiss before it for speech.

/** 32 ms at 16 kHz, half overlapped: the voice is steady for as long. */
const FRAME = 512;
const HOP = FRAME / 2;
/** Frames quieter than this part of all frames show the noise alone: people pause, and a turn has silence around it. */
const NOISE_QUANTILE = 0.15;
/** The quantile of noise lies below its mean; measured on noise alone. */
const QUANTILE_TO_MEAN = 2.2;
/** How far a band is turned down at most: more sounds like holes, which are heard as consonants. */
const FLOOR = 0.08;
/** How much of the last frame's estimate is kept: speech changes slower than its noise. */
const MEMORY = 0.96;
/** Below this (the square of one 16-bit step, spread over a frame) there is no noise to take out. */
const SILENCE_POWER = 1e-6;

const window = Float64Array.from({ length: FRAME }, (_, index) =>
  Math.sin((Math.PI * (index + 0.5)) / FRAME),
);

/** The same utterance at 16 kHz with less noise; untouched when it has none. */
export function denoised(samples: Float32Array): Float32Array {
  const frames = Math.floor((samples.length - FRAME) / HOP) + 1;
  if (frames < 8) return samples;
  const spectra = Array.from({ length: frames }, (_, frame) => spectrum(samples, frame * HOP));
  const bands = HOP + 1;
  const noise = new Float64Array(bands);
  for (let band = 0; band < bands; band++) {
    const powers = Float64Array.from(spectra, (each) => power(each, band)).toSorted();
    noise[band] = QUANTILE_TO_MEAN * powers[Math.floor(frames * NOISE_QUANTILE)]!;
  }
  if (noise.reduce((sum, value) => sum + value, 0) < SILENCE_POWER * bands) return samples;
  const output = new Float32Array(samples.length);
  const before = new Float64Array(bands);
  for (const [frame, each] of spectra.entries()) {
    for (let band = 0; band < bands; band++) {
      const loud = power(each, band);
      const now = Math.max(0, loud / (noise[band]! + 1e-12) - 1);
      const clean = MEMORY * before[band]! + (1 - MEMORY) * now;
      const gain = Math.max(FLOOR, clean / (1 + clean));
      before[band] = (gain * gain * loud) / (noise[band]! + 1e-12);
      scale(each, band, gain);
    }
    addBack(each, output, frame * HOP);
  }
  return output;
}

interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function spectrum(samples: Float32Array, at: number): Spectrum {
  const re = new Float64Array(FRAME);
  for (let index = 0; index < FRAME; index++) re[index] = samples[at + index]! * window[index]!;
  const im = new Float64Array(FRAME);
  transform(re, im);
  return { re, im };
}

function power({ re, im }: Spectrum, band: number): number {
  return re[band]! * re[band]! + im[band]! * im[band]!;
}

/** A band and its mirror image, which a real signal has. */
function scale({ re, im }: Spectrum, band: number, gain: number): void {
  for (const index of new Set([band, (FRAME - band) % FRAME])) {
    re[index]! *= gain;
    im[index]! *= gain;
  }
}

function addBack({ re, im }: Spectrum, output: Float32Array, at: number): void {
  // The transform of the conjugate is the inverse, but for the scale.
  for (let index = 0; index < FRAME; index++) im[index] = -im[index]!;
  transform(re, im);
  for (let index = 0; index < FRAME; index++) output[at + index]! += (re[index]! / FRAME) * window[index]!;
}

/** Radix-2 fast Fourier transform, in place. */
function transform(re: Float64Array, im: Float64Array): void {
  const length = re.length;
  for (let index = 1, mirror = 0; index < length; index++) {
    let bit = length >> 1;
    for (; mirror & bit; bit >>= 1) mirror ^= bit;
    mirror ^= bit;
    if (index < mirror) {
      [re[index], re[mirror]] = [re[mirror]!, re[index]!];
      [im[index], im[mirror]] = [im[mirror]!, im[index]!];
    }
  }
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    for (let index = 0; index < half; index++) {
      const angle = (-2 * Math.PI * index) / size;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let low = index; low < length; low += size) {
        const high = low + half;
        const r = re[high]! * cos - im[high]! * sin;
        const i = re[high]! * sin + im[high]! * cos;
        re[high] = re[low]! - r;
        im[high] = im[low]! - i;
        re[low]! += r;
        im[low]! += i;
      }
    }
  }
}
