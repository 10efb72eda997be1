// The first page after the door, by role.

export const homeWords = {
  hello: (name: string) => `Hello ${name}`,
} as const;
