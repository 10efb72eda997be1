/** Which person is on which tile: the roster says who, the slots say where their picture and sound come from. */

import type { SlotView } from './line';
import type { RoomRole, RosterEntry, Tile } from './types';

/** Therapist first: whoever is afraid looks for the therapist. */
const ORDER: RoomRole[] = ['therapist', 'patient', 'sitter', 'prescriber', 'coordinator', 'admin', 'auditor'];
/** A picture that has not moved for this long is a photograph. */
const FROZEN_AFTER_MS = 3000;

type Seen = { frames: number; movedAt: number };

export class TileBoard {
  readonly #onTiles: (tiles: Tile[]) => void;
  #roster: RosterEntry[] = [];
  #slots: SlotView[] = [];
  #streams = new Map<MediaStreamTrack, MediaStream>();
  #seen = new Map<string, Seen>();
  #picturesOff = false;
  #told = '';
  #toldVideos: (MediaStream | null)[] = [];

  constructor(onTiles: (tiles: Tile[]) => void) {
    this.#onTiles = onTiles;
  }

  setRoster(roster: RosterEntry[]): void {
    this.#roster = roster;
    this.#tell();
  }

  setSlots(slots: SlotView[]): void {
    for (const slot of slots) {
      const before = this.#slots.find((one) => one.video === slot.video);
      if (before?.person !== slot.person) this.#seen.delete(slot.videoMid);
    }
    this.#slots = slots;
    const tracks = new Set(slots.map((slot) => slot.video));
    this.#streams = new Map([...this.#streams].filter(([track]) => tracks.has(track)));
    this.#tell();
  }

  /** Decoded frames by mid, once a second. */
  setFrames(frames: ReadonlyMap<string, number>, picturesOff: boolean): void {
    const now = performance.now();
    this.#picturesOff = picturesOff;
    for (const [mid, count] of frames) {
      const seen = this.#seen.get(mid);
      if (seen === undefined || count !== seen.frames) this.#seen.set(mid, { frames: count, movedAt: now });
    }
    this.#tell();
  }

  /** slot → level becomes person → level. */
  levels(levels: ReadonlyMap<number, number>): ReadonlyMap<string, number> {
    const byPerson = new Map<string, number>();
    this.#slots.forEach((slot, index) => {
      const level = levels.get(index);
      if (slot.person !== null && level !== undefined) byPerson.set(slot.person, level);
    });
    return byPerson;
  }

  clear(): void {
    this.#slots = [];
    this.#roster = [];
    this.#streams.clear();
    this.#seen.clear();
    this.#tell();
  }

  #tell(): void {
    const tiles = this.#slots.flatMap((slot) => this.#tile(slot));
    tiles.sort((one, other) => ORDER.indexOf(one.role) - ORDER.indexOf(other.role) || one.person.localeCompare(other.person));
    // A page draws only what changed.
    const told = JSON.stringify(tiles.map((tile) => ({ ...tile, video: tile.video !== null })));
    const videos = tiles.map((tile) => tile.video);
    if (told === this.#told && videos.every((video, index) => video === this.#toldVideos[index])) return;
    this.#told = told;
    this.#toldVideos = videos;
    this.#onTiles(tiles);
  }

  #tile(slot: SlotView): Tile[] {
    const entry = this.#roster.find((one) => one.person === slot.person);
    if (entry === undefined || (entry.place !== 'present' && entry.place !== 'lost')) return [];
    const shows = entry.camera && !this.#picturesOff;
    const { person, role, place, camera, microphone, picture, sound, quality } = entry;
    const video = shows ? this.#stream(slot.video) : null;
    return [{ person, role, place, camera, microphone, picture, sound, quality, video, frozen: shows && this.#isFrozen(slot.videoMid) }];
  }

  #stream(track: MediaStreamTrack): MediaStream {
    const stream = this.#streams.get(track) ?? new MediaStream([track]);
    this.#streams.set(track, stream);
    return stream;
  }

  #isFrozen(mid: string): boolean {
    const seen = this.#seen.get(mid);
    return seen !== undefined && seen.frames > 0 && performance.now() - seen.movedAt > FROZEN_AFTER_MS;
  }
}
