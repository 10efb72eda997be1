// A face and a voice for a browser: one colour with a small moving square, one tone in short strokes.
// The square keeps frames coming; the strokes keep noise suppression from taking a steady tone for a fan.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WIDE = 320;
const HIGH = 240;
const FRAMES = 15;
const RATE = 48_000;
/** 0.5 s on, 0.25 s off, four times. */
const STROKE_S = 0.5;
const PAUSE_S = 0.25;
const STROKES = 4;
const LOUDNESS = 0.5;

/** Studio range, BT.601: what a camera gives. */
function yuv([r, g, b]) {
  return [16 + 0.257 * r + 0.504 * g + 0.098 * b, 128 - 0.148 * r - 0.291 * g + 0.439 * b, 128 + 0.439 * r - 0.368 * g - 0.071 * b].map(Math.round);
}

function frame([y, u, v], index) {
  const luma = Buffer.alloc(WIDE * HIGH, y);
  const left = Math.round((index / FRAMES) * (WIDE - 24));
  for (let row = 4; row < 28; row += 1) luma.fill(235, row * WIDE + left, row * WIDE + left + 24);
  const quarter = (WIDE * HIGH) / 4;
  return Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc(quarter, u), Buffer.alloc(quarter, v)]);
}

function face(path, colour) {
  const head = Buffer.from(`YUV4MPEG2 W${WIDE} H${HIGH} F${FRAMES}:1 Ip A1:1 C420mpeg2\n`);
  const plain = yuv(colour);
  writeFileSync(path, Buffer.concat([head, ...Array.from({ length: FRAMES }, (_, index) => frame(plain, index))]));
}

function wavHead(bytes) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

function voice(path, hertz) {
  const turn = Math.round((STROKE_S + PAUSE_S) * RATE);
  const sound = Buffer.alloc(turn * STROKES * 2);
  for (let at = 0; at < turn * STROKES; at += 1) {
    const on = at % turn < STROKE_S * RATE;
    if (on) sound.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * at) / RATE) * LOUDNESS * 32_767), at * 2);
  }
  writeFileSync(path, Buffer.concat([wavHead(sound.length), sound]));
}

/** Writes both files and answers the flags that make a browser use them. */
export function cameraOf(person, folder) {
  const [picture, tone] = [join(folder, `${person.key}.y4m`), join(folder, `${person.key}.wav`)];
  face(picture, person.colour);
  voice(tone, person.hertz);
  return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${picture}`, `--use-file-for-fake-audio-capture=${tone}`];
}
