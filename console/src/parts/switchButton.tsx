/** Switches something on or off that goes on by itself, after saying what that means and how a shell does it. */
import { Button } from './button.tsx';
import { Confirm } from './dialog.tsx';
import { PauseIcon, PlayIcon } from './icons.tsx';
import { useToasts } from './toast.tsx';

export function SwitchButton({
  on,
  name,
  consequence,
  command,
  asking,
  onAsk,
  onSwitch,
}: {
  /** As it is. */
  on: boolean;
  name: string;
  consequence: string;
  command: string;
  /** Whether the question is open. */
  asking: boolean;
  onAsk(open: boolean): void;
  onSwitch(): Promise<unknown>;
}) {
  const { show } = useToasts();
  const verb = on ? 'Disable' : 'Enable';
  return (
    <>
      <Button onClick={() => onAsk(true)}>
        {on ? <PauseIcon /> : <PlayIcon />} {verb}
      </Button>
      <Confirm
        open={asking}
        onClose={() => onAsk(false)}
        title={`${verb} ${name}?`}
        action={verb}
        command={command}
        onConfirm={async () => {
          await onSwitch();
          show(`${name} is ${on ? 'disabled' : 'enabled'}.`, 'good');
        }}
      >
        <p>{consequence}</p>
      </Confirm>
    </>
  );
}
