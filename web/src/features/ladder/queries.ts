import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { clinicKey } from '../../api/queries';
import type { LadderView } from '../../api/types';

export const useLadder = () => useQuery({ queryKey: clinicKey('checkins', 'ladder'), queryFn: ({ signal }) => get<LadderView>('/checkins/ladder', signal) });
