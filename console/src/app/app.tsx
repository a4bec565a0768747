/** The console: who is signed in, and then the shell with the page that the address names. */
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Live } from '../data/live.tsx';
import { FRESH_MS } from '../data/queries.ts';
import { type Refusal, type Session, signIn, takeLink, whoIsSignedIn } from '../data/session.ts';
import { Failure, Loading } from '../parts/notice.tsx';
import { ToastProvider } from '../parts/toast.tsx';
import { Shell } from './shell.tsx';
import { SignInPage } from './signIn.tsx';

const SESSION = ['session'] as const;

/** What ends a session shows the sign-in page again, wherever it is noticed. */
function makeClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && ((error as Refusal).status ?? 0) === 0,
        refetchOnWindowFocus: true,
      },
    },
  });
  client.getQueryCache().subscribe(({ type, query }) => {
    const ended = type === 'updated' && (query.state.error as Refusal | null)?.code === 'NotSignedIn';
    if (ended && query.queryKey[0] !== SESSION[0]) void client.invalidateQueries({ queryKey: SESSION });
  });
  return client;
}

export function App() {
  const [client] = useState(makeClient);
  return (
    <QueryClientProvider client={client}>
      <ToastProvider>
        <Gate />
      </ToastProvider>
    </QueryClientProvider>
  );
}

type Opened = { session: Session; refused?: Refusal };

/** Taken once, and followed once. */
let link = takeLink();

async function openSession(): Promise<Opened> {
  const followed = link;
  link = undefined;
  if (followed === undefined) return { session: await whoIsSignedIn() };
  try {
    return { session: await signIn({ link: followed }) };
  } catch (error) {
    return { session: await whoIsSignedIn(), refused: error as Refusal };
  }
}

function Gate() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery<Opened, Refusal>({
    queryKey: SESSION,
    queryFn: openSession,
    staleTime: Number.POSITIVE_INFINITY,
  });

  function signedOut(): void {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
    void client.invalidateQueries({ queryKey: SESSION });
  }

  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading label="Opening the console" />;
  const { session, refused } = data;
  if (session.user === undefined) {
    return <SignInPage refused={refused} onSignedIn={(opened) => client.setQueryData(SESSION, { session: opened })} />;
  }
  return (
    <Live>
      <Shell session={session} onSignedOut={signedOut} />
    </Live>
  );
}
