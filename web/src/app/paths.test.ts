import { expect, it } from 'vitest';
import { paths } from './paths';
import { staffPages } from './pages-staff';

it('keeps every address of the product', () => {
  expect(Object.fromEntries(Object.entries(paths).map(([name, build]) => [name, (build as (session: string) => string)('S')]))).toMatchInlineSnapshot(`
    {
      "account": "/account",
      "acknowledge": "/ack",
      "aftercare": "/aftercare/S",
      "alerts": "/alerts",
      "board": "/board",
      "book": "/book",
      "clinic": "/clinic",
      "console": "/console/S",
      "home": "/",
      "journal": "/journal",
      "ladder": "/ladder",
      "link": "/link",
      "mailbox": "/mailbox",
      "morning": "/morning/S",
      "numbers": "/numbers",
      "onCall": "/oncall",
      "prepare": "/prepare/S",
      "prescriber": "/prescriber/S",
      "rehearse": "/rehearse/S",
      "room": "/room/S",
      "secondContact": "/second-contact",
      "signIn": "/sign-in",
      "sitter": "/s",
      "trail": "/trail/S",
      "wall": "/board?wall=1",
    }
  `);
});

it('opens no staff page without a sign-in but the doors', () => {
  expect(staffPages.filter(({ roles }) => roles === null).map(({ path }) => path)).toEqual(['/sign-in', '/link', '/ack', '/oncall', '/second-contact']);
});
