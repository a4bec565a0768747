/** The controls above a log: search, wrap, follow, download. */
import type { KeyboardEvent } from 'react';
import { Button, IconButton } from './button.tsx';
import { Checkbox } from './form.tsx';
import { ChevronIcon, DownloadIcon, SearchIcon } from './icons.tsx';
import type { LogSearch } from './logSearch.ts';

type LogBarProps = {
  search: LogSearch;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  live: boolean;
  onDownload: (() => void) | undefined;
};

export function LogBar({ search, wrap, onWrap, follow, onFollow, live, onDownload }: LogBarProps) {
  return (
    <div className="log-bar">
      <Search search={search} />
      <Checkbox label="Wrap lines" checked={wrap} onChange={onWrap} />
      {live && <Checkbox label="Follow" checked={follow} onChange={onFollow} />}
      {onDownload && (
        <Button onClick={onDownload}>
          <DownloadIcon /> Download
        </Button>
      )}
    </div>
  );
}

function Search({ search }: { search: LogSearch }) {
  const { needle, setNeedle, count, searching, place, step } = search;
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
    if (event.key === 'Escape') setNeedle('');
  };
  const found = `${count.toLocaleString('en-GB')} ${count === 1 ? 'line' : 'lines'}`;
  return (
    <search className="log-search">
      <SearchIcon />
      <input
        type="search"
        className="log-needle"
        aria-label="Search the log"
        placeholder="Search"
        value={needle}
        onChange={(event) => setNeedle(event.target.value)}
        onKeyDown={keys}
      />
      <span className="log-count" role="status">
        {needle !== '' && `${place > 0 ? `${place.toLocaleString('en-GB')} of ` : ''}${found}${searching ? '…' : ''}`}
      </span>
      <IconButton
        label="Previous match"
        icon={<ChevronIcon />}
        disabled={count === 0}
        onClick={() => step(-1)}
        data-turn="up"
      />
      <IconButton
        label="Next match"
        icon={<ChevronIcon />}
        disabled={count === 0}
        onClick={() => step(1)}
        data-turn="down"
      />
    </search>
  );
}
