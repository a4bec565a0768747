/** Form parts: a field names, explains and corrects its one control, whichever it is. */
import { type ComponentProps, createContext, type ReactNode, useContext, useId, useState } from 'react';
import { WarningIcon } from './icons.tsx';
import './form.css';

type Ties = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined };
const FieldTies = createContext<Partial<Ties>>({});

/** A label, a hint and an error for the control in `children`, tied to it by its id. The hint's line is kept when an error takes it. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
}) {
  const id = useId();
  const said = error || hint ? `${id}-said` : undefined;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <FieldTies value={{ id, 'aria-describedby': said, 'aria-invalid': error ? true : undefined }}>
        {children}
      </FieldTies>
      <div className={error ? 'field-error' : 'field-hint'} id={said}>
        {error ? (
          <>
            <WarningIcon /> {error}
          </>
        ) : (
          hint
        )}
      </div>
    </div>
  );
}

type Text = Omit<ComponentProps<'input'>, 'onChange' | 'value' | 'className' | 'type'> & {
  value: string;
  onChange: (value: string) => void;
};

export function TextInput({ onChange, type = 'text', ...native }: Text & { type?: 'text' | 'password' | 'search' }) {
  const ties = useContext(FieldTies);
  return (
    <input
      {...ties}
      autoComplete="off"
      spellCheck={false}
      {...native}
      type={type}
      className="input"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** A number as text while it is typed; `onChange` gets the number, or undefined while there is none. */
export function NumberInput({
  value,
  onChange,
  ...native
}: Omit<Text, 'value' | 'onChange'> & { value: number | undefined; onChange: (value: number | undefined) => void }) {
  const ties = useContext(FieldTies);
  const [text, setText] = useState(value === undefined ? '' : String(value));
  // What was typed stays as it was typed ("1.", "0.50") as long as it means the value that is kept.
  const shown =
    (text.trim() === '' ? undefined : Number(text)) === value ? text : value === undefined ? text : String(value);
  return (
    <input
      {...ties}
      autoComplete="off"
      {...native}
      type="text"
      inputMode="decimal"
      className="input input-number"
      value={shown}
      onChange={(event) => {
        setText(event.target.value);
        const number = Number(event.target.value);
        onChange(event.target.value.trim() === '' || !Number.isFinite(number) ? undefined : number);
      }}
    />
  );
}

/** The platform's own select: it needs nothing, and everyone knows it. */
export function Select({
  options,
  onChange,
  ...native
}: Omit<ComponentProps<'select'>, 'onChange' | 'className' | 'children'> & {
  value: string;
  options: readonly (string | { value: string; label: string })[];
  onChange: (value: string) => void;
}) {
  const ties = useContext(FieldTies);
  return (
    <select {...ties} {...native} className="input input-select" onChange={(event) => onChange(event.target.value)}>
      {options.map((option) => {
        const { value, label } = typeof option === 'string' ? { value: option, label: option } : option;
        return (
          <option key={value} value={value}>
            {label}
          </option>
        );
      })}
    </select>
  );
}

export function Checkbox({
  label,
  checked,
  onChange,
  disabled,
}: {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <label className="checkbox">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

type Area = Omit<ComponentProps<'textarea'>, 'onChange' | 'value' | 'className'> & {
  value: string;
  onChange: (value: string) => void;
};

export function TextArea({ onChange, ...native }: Area) {
  const ties = useContext(FieldTies);
  return (
    <textarea
      rows={4}
      {...ties}
      {...native}
      className="input input-area"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** A text that must be JSON; says where it stops being so, in its own words below the text. */
export function JsonInput({ value, onChange, label, ...native }: Area & { label?: string }) {
  const ties = useContext(FieldTies);
  const own = useId();
  const fault = jsonFault(value);
  const described = [ties['aria-describedby'], `${own}-fault`].filter(Boolean).join(' ');
  return (
    <div className="json-input">
      <textarea
        rows={10}
        spellCheck={false}
        aria-label={label}
        {...ties}
        {...native}
        aria-describedby={described}
        aria-invalid={fault ? true : ties['aria-invalid']}
        className="input input-area input-code"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="field-error" id={`${own}-fault`} role="status">
        {fault && (
          <>
            <WarningIcon /> {fault}
          </>
        )}
      </div>
    </div>
  );
}

/** Why `text` is no JSON, as a sentence; undefined when it is, or when there is none. */
function jsonFault(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
