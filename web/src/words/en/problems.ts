// What happened on the road between this device and the clinic. The server words its own refusals.

export const problemWords = {
  'network.unreachable': {
    title: 'No connection',
    detail: 'We could not reach the clinic. Check your connection and try again. Nothing was lost.',
  },
  'network.not_ours': {
    title: 'An answer we do not know',
    detail: 'Something between you and the clinic answered in its place. Check your connection and try again.',
  },
  call_clinic: (phone: string) => `If it cannot wait, call ${phone}.`,
  reference: (request_id: string) => `Reference ${request_id}`,
  again: 'Try again',
} as const;
