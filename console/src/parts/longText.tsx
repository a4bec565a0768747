/** A text that may be very long: its beginning, and the rest for whoever wants it. */
import { useState } from 'react';
import { TextButton } from './button.tsx';
import { tellUnseen } from './unseen.ts';

const LETTERS = 600;

export function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const more = text.length - LETTERS;
  // A few letters more are no reason to ask.
  if (whole || more < LETTERS / 4) return tellUnseen(text);
  return (
    <>
      {tellUnseen(text.slice(0, LETTERS))}{' '}
      <TextButton onClick={() => setWhole(true)}>… {more.toLocaleString('en-GB')} more letters</TextButton>
    </>
  );
}
