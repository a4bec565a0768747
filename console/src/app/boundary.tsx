/** Keeps a page that fails from taking the console with it. React knows error boundaries as classes only. */
import { Component, type ReactNode } from 'react';
import { Failure } from '../parts/notice.tsx';

type State = { error: unknown };

export class Boundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <Failure error={error} retry={() => window.location.reload()} />;
  }
}
