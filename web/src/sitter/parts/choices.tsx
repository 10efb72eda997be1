// One question, its answers as large words.
import type { Choice } from '../types';

const plain = (choice: Choice): { value: string; label: string } =>
  typeof choice === 'string' ? { value: choice, label: choice } : 'id' in choice ? { value: choice.id, label: choice.text } : choice;

interface ChoicesProps {
  label: string;
  choices: readonly Choice[];
  chosen?: string | null;
  onChoose: (value: string) => void;
}

export function Choices({ label, choices, chosen = null, onChoose }: ChoicesProps) {
  return (
    <div className="choices" role="group" aria-label={label}>
      {choices
        .map(plain)
        .map(({ value, label: word }) => (
          <button key={value} type="button" className="choice" aria-pressed={chosen === value} onClick={() => onChoose(value)}>
            {word}
          </button>
        ))}
    </div>
  );
}
