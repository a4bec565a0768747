/**
 * Keeps a page that fails from taking the console with it. React knows error boundaries as classes only.
 *
 * B1. A page whose script could not be fetched is not lost: once the server answers, the console is loaded anew, and with it the page;
 *     of a newer Telar, too, whose scripts have other names. What fails again at once is left to whoever reads it.
 */
import { Component, type ReactNode } from 'react';
import { isNotLoaded } from '../pages/area.ts';
import { Failure } from '../parts/notice.tsx';

type Props = { live: boolean; children: ReactNode };
type State = { error: unknown };

const RELOADED = 'telar-reloaded';
const ONCE_IN_MS = 15_000;

export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidMount(): void {
    this.loadAnew();
  }

  override componentDidUpdate(): void {
    this.loadAnew();
  }

  private loadAnew(): void {
    const { error } = this.state;
    if (!this.props.live || !isNotLoaded(error)) return;
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (Date.now() - last < ONCE_IN_MS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    window.location.reload();
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <Failure error={error} retry={() => window.location.reload()} />;
  }
}
