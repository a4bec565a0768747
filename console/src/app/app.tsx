/** The console: who is signed in, and then the shell with the page that the address names. */
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { Tooltip } from 'radix-ui';
import { useEffect, useState } from 'react';
import { Live } from '../data/live.tsx';
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
        staleTime: 5000,
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
      <Tooltip.Provider delayDuration={400}>
        <ToastProvider>
          <Gate />
        </ToastProvider>
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}

/** Taken once, before React may render twice. */
const link = takeLink();

function Gate() {
  const client = useQueryClient();
  const [refused, setRefused] = useState<Refusal>();
  const [following, setFollowing] = useState(link !== undefined);
  const { data, error, refetch } = useQuery<Session, Refusal>({
    queryKey: SESSION,
    queryFn: whoIsSignedIn,
    staleTime: Number.POSITIVE_INFINITY,
    // Asked beside the link, "nobody" could be answered after it.
    enabled: !following,
  });

  useEffect(() => {
    if (link === undefined) return;
    signIn({ link })
      .then((session) => client.setQueryData(SESSION, session), setRefused)
      .finally(() => setFollowing(false));
  }, [client]);

  if (following || (!data && !error)) return <Loading label="Opening the console" />;
  if (!data) return <Failure error={error} retry={() => void refetch()} />;
  if (data.user === undefined) {
    return <SignInPage refused={refused} onSignedIn={(session) => client.setQueryData(SESSION, session)} />;
  }
  return (
    <Live>
      <Shell session={data} onSignedOut={() => client.clear()} />
    </Live>
  );
}
