/** Where files are dropped or chosen, and how far each of them is. */
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { bytes } from '../../parts/format.ts';
import { CrossIcon, UploadIcon } from '../../parts/icons.tsx';
import { quoted } from '../../parts/shell.ts';
import { Status } from '../../parts/status.tsx';
import { useToasts } from '../../parts/toast.tsx';
import type { Tone } from '../../parts/tone.ts';
import { type Dropped, filesOf } from './dropped.ts';
import type { Upload, UploadsOfBucket } from './uploads.ts';

type DropProps = { onFiles(files: readonly Dropped[]): void; place: string; children: ReactNode };

export function DropZone({ onFiles, place, children }: DropProps) {
  const [over, setOver] = useState(false);
  const { show } = useToasts();
  const drag = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    filesOf([...event.dataTransfer.items]).then(onFiles, (error: Error) => show(error.message, 'bad'));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its other way, the button that chooses files
    <div
      className={over ? 'data-drop data-drop-over' : 'data-drop'}
      onDragOver={drag}
      onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
      onDrop={drop}
    >
      {over && (
        <p className="data-drop-hint" role="status">
          <UploadIcon /> Drop to upload to {place}
        </p>
      )}
      {children}
    </div>
  );
}

type UploadsProps = { uploads: UploadsOfBucket; bucket: string; prefix: string };

export function Uploads({ uploads, bucket, prefix }: UploadsProps) {
  const { list, add, clear } = uploads;
  const input = useRef<HTMLInputElement>(null);
  const under = list.some(({ state }) => state === 'waiting' || state === 'sending');
  useStaying(under);
  return (
    <div className="data-uploads">
      <div className="data-uploads-bar">
        <input
          ref={input}
          className="data-unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to upload"
          onChange={({ currentTarget }) => {
            add(
              [...(currentTarget.files ?? [])].map((file) => ({ file, path: file.name })),
              prefix,
            );
            currentTarget.value = '';
          }}
        />
        <Button variant="primary" onClick={() => input.current?.click()}>
          <UploadIcon /> Upload
        </Button>
        <span className="data-quiet">or drop files anywhere on the list</span>
        {list.length > 0 && !under && <Button onClick={clear}>Clear the list</Button>}
      </div>
      {list.length > 0 && (
        <ul className="data-uploads-list" aria-label="Uploads">
          {list.map((upload) => (
            <UploadRow key={upload.id} upload={upload} uploads={uploads} />
          ))}
        </ul>
      )}
      <CopyCommand
        command={`aws s3 cp ${quoted(list[0]?.file.name ?? 'FILE')} ${quoted(`s3://${bucket}/${prefix}`)}`}
      />
    </div>
  );
}

const TONES: Readonly<Record<Upload['state'], readonly [word: string, tone: Tone]>> = {
  waiting: ['Waiting', 'idle'],
  sending: ['Uploading', 'busy'],
  done: ['Completed', 'good'],
  taken: ['Not replaced', 'warn'],
  failed: ['Failed', 'bad'],
  cancelled: ['Cancelled', 'idle'],
};

function UploadRow({ upload, uploads }: { upload: Upload; uploads: UploadsOfBucket }) {
  const { id, file, state, sent, failure } = upload;
  const [word, tone] = TONES[state];
  const share = file.size === 0 ? 1 : sent / file.size;
  return (
    <li className="data-upload">
      <span className="data-upload-name">{file.name}</span>
      <Status status={word} tone={tone} />
      {state === 'sending' ? (
        <progress className="data-progress" aria-label={`${file.name} uploaded`} value={share} max={1} />
      ) : (
        <span className="data-quiet">{failure}</span>
      )}
      <span className="data-upload-size">
        {state === 'sending' ? `${bytes(sent)} of ${bytes(file.size)}` : bytes(file.size)}
      </span>
      <span className="data-upload-actions">
        {(state === 'sending' || state === 'waiting') && (
          <IconButton label={`Cancel ${file.name}`} icon={<CrossIcon />} onClick={() => uploads.cancel(id)} />
        )}
        {state === 'taken' && <Button onClick={() => uploads.again(id, true)}>Replace it</Button>}
        {(state === 'failed' || state === 'cancelled') && (
          <Button onClick={() => uploads.again(id, false)}>Try again</Button>
        )}
      </span>
    </li>
  );
}

/** Whoever closes the page while something is sent is asked first. */
function useStaying(under: boolean): void {
  useEffect(() => {
    if (!under) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [under]);
}
