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

function voice(path, hertz, silent_s = 0) {
  const turn = Math.round((STROKE_S + PAUSE_S) * RATE);
  const strokes = silent_s === 0 ? STROKES : Math.round(silent_s / (STROKE_S + PAUSE_S));
  const sound = Buffer.alloc((turn * strokes + silent_s * RATE) * 2);
  for (let at = 0; at < turn * strokes; at += 1) {
    const on = at % turn < STROKE_S * RATE;
    if (on) sound.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * at) / RATE) * LOUDNESS * 32_767), at * 2);
  }
  writeFileSync(path, Buffer.concat([wavHead(sound.length), sound]));
}

const flags = (picture, tone) => ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${picture}`, `--use-file-for-fake-audio-capture=${tone}`];

/** Writes both files and answers the flags that make a browser use them. */
export function cameraOf(person, folder) {
  const [picture, tone] = [join(folder, `${person.key}.y4m`), join(folder, `${person.key}.wav`)];
  face(picture, person.colour);
  voice(tone, person.hertz);
  return flags(picture, tone);
}

/** What happens to a camera that has no luck, in turns with a moving picture. Long enough to be told and to be over. */
const TURN_S = 6;
const TROUBLES = ['still', 'black', 'dark'];
/** The grey of the wall and of what moves before it, in studio range: a covered lens is not quite black. */
const LIGHT = { well: [120, 235], still: [120, 235], black: [18, 22], dark: [46, 64] };
const SMALL = { wide: 160, high: 120, side: 24, frames: 10 };

function greys(what, index) {
  const { wide, high, side, frames } = SMALL;
  const [wall, square] = LIGHT[what];
  const luma = Buffer.alloc(wide * high, wall);
  const left = what === 'still' ? 0 : Math.round(((index % frames) / frames) * (wide - side));
  for (let row = 4; row < 4 + side; row += 1) luma.fill(square, row * wide + left, row * wide + left + side);
  return Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((wide * high) / 2, 128)]);
}

/** A loop of well and one trouble after the other; a voice with stretches of nothing at all. */
export function unluckyCameraOf(person, folder) {
  const [picture, tone] = [join(folder, `${person.key}-unlucky.y4m`), join(folder, `${person.key}-unlucky.wav`)];
  const { wide, high, frames } = SMALL;
  const turn = (what) => Array.from({ length: TURN_S * frames }, (_, index) => greys(what, index));
  const head = Buffer.from(`YUV4MPEG2 W${wide} H${high} F${frames}:1 Ip A1:1 C420mpeg2\n`);
  writeFileSync(picture, Buffer.concat([head, ...TROUBLES.flatMap((what) => [...turn('well'), ...turn(what)])]));
  voice(tone, person.hertz, TURN_S);
  return flags(picture, tone);
}
