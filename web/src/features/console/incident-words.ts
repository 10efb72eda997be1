// Reached by which road, in a word.
import { consoleWords } from '../../words/en/console';

export const channelWords = (channel: string): string => consoleWords.incident.channels[channel] ?? channel;
