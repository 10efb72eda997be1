// What a page's place in a video room asks the house for.
import type { IceServer, TicketRequest } from '../lib/media/types';
import { get, post } from './client';

export const roomCalls = (session: string) => ({
  ticket: async (request: TicketRequest) => (await post<{ token: string }>(`/rooms/${session}/ticket`, request)).token,
  rosterKey: async () => (await get<{ public_key: string }>('/video/roster-key')).public_key,
  iceServers: async () => (await get<{ ice_servers: IceServer[] }>(`/video/sessions/${session}/ice-servers`)).ice_servers,
});
