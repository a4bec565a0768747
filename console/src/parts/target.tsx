/** Names that lead somewhere: what something is sent to, with the kind of thing that it is; and an ARN to copy. */
import { Copy } from './command.tsx';
import './target.css';

export function TargetLink({ kind, name, href }: { kind: string; name: string; href?: string | undefined }) {
  return (
    <span className="target">
      <span className="target-kind">{kind}</span> {href === undefined ? <code>{name}</code> : <a href={href}>{name}</a>}
    </span>
  );
}

export function Arn({ arn }: { arn: string }) {
  return (
    <span className="arn">
      <code>{arn}</code> <Copy label="Copy the ARN" text={arn} />
    </span>
  );
}
