import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client';
import { clinicKey } from '../../api/queries';
import type { SafetyNumbers } from '../../api/types';

export const PERIODS = [30, 90] as const;
export type Period = (typeof PERIODS)[number];

export const useNumbers = (days: Period) => useQuery({ queryKey: clinicKey('checkins', 'numbers', String(days)), queryFn: ({ signal }) => get<SafetyNumbers>(`/checkins/numbers?days=${days}`, signal) });
