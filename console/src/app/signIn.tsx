/** Signing in with an access key; or a sentence about how a link does it. */
import { type FormEvent, useState } from 'react';
import { type Refusal, type Session, signIn } from '../data/session.ts';
import { Button } from '../parts/button.tsx';
import { CopyCommand } from '../parts/command.tsx';
import { Field, TextInput } from '../parts/form.tsx';
import { Banner } from '../parts/notice.tsx';
import './signIn.css';

type Props = { refused: Refusal | undefined; onSignedIn(session: Session): void };

export function SignInPage({ refused, onSignedIn }: Props) {
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secretAccessKey, setSecretAccessKey] = useState('');
  const [error, setError] = useState(refused);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      onSignedIn(await signIn({ accessKeyId, secretAccessKey }));
    } catch (thrown) {
      setError(thrown as Refusal);
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <h1 className="sign-in-title">Telar</h1>
      <p className="sign-in-lead">
        Sign in with an access key of this server, or follow a link that the command line makes:
      </p>
      <CopyCommand command="telar console" />
      {error && <Banner tone="bad">{error.message}</Banner>}
      <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
        <Field label="Access key ID">
          <TextInput
            value={accessKeyId}
            onChange={setAccessKeyId}
            autoComplete="username"
            spellCheck={false}
            required
          />
        </Field>
        <Field label="Secret access key">
          <TextInput
            type="password"
            value={secretAccessKey}
            onChange={setSecretAccessKey}
            autoComplete="current-password"
            required
          />
        </Field>
        <Button variant="primary" type="submit" busy={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
