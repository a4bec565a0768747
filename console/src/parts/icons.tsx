/** The console's icons: strokes on a grid of 16, decoration only. The word beside an icon, or its button's name, says what it means. */
import type { ReactNode } from 'react';
import './icons.css';

/** A component that draws `strokes`; hidden from assistive technology, as it never stands alone. */
function icon(strokes: ReactNode, className = 'icon') {
  return function Icon() {
    return (
      <svg className={className} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        {strokes}
      </svg>
    );
  };
}

export const PlayIcon = icon(<path d="M5 3.2v9.6L12.5 8z" />);
export const StopIcon = icon(<rect x="4" y="4" width="8" height="8" rx="1" />);
export const PauseIcon = icon(<path d="M5.5 3.5v9M10.5 3.5v9" />);
export const RetryIcon = icon(<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3" />);
export const CheckIcon = icon(<path d="M3 8.5 6.5 12 13 4.5" />);
export const CrossIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const ClockIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 5v3.2l2 1.3" />
  </>,
);
export const WarningIcon = icon(<path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1" />);
export const SpinnerIcon = icon(<path d="M8 2.5A5.5 5.5 0 1 1 2.5 8" />, 'icon icon-spinner');
export const SkipIcon = icon(<path d="m3.5 4 5 4-5 4zM12 4v8" />);
export const ChevronIcon = icon(<path d="m6 3.5 4.5 4.5L6 12.5" />);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
    <path d="M10.5 5.5V3.7c0-.7-.5-1.2-1.2-1.2H3.7c-.7 0-1.2.5-1.2 1.2v5.6c0 .7.5 1.2 1.2 1.2h1.8" />
  </>,
);
export const SearchIcon = icon(
  <>
    <circle cx="7" cy="7" r="4.5" />
    <path d="m10.5 10.5 3 3" />
  </>,
);
export const DownloadIcon = icon(<path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10" />);
export const UploadIcon = icon(<path d="M8 10.7v-8M4.8 5.7 8 2.5l3.2 3.2M3 13.5h10" />);
export const FolderIcon = icon(<path d="M2 12.5v-9h4l1.5 2H14v7z" />);
export const FileIcon = icon(<path d="M4 2h5l3 3v9H4zM9 2v3h3" />);
export const LinkIcon = icon(
  <path d="M7 9a2.5 2.5 0 0 0 3.6 0l2.2-2.2a2.5 2.5 0 0 0-3.6-3.6L8.3 4M9 7a2.5 2.5 0 0 0-3.6 0L3.2 9.2a2.5 2.5 0 0 0 3.6 3.6l.9-.8" />,
);
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
  </>,
);
export const MoonIcon = icon(<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z" />);
export const MenuIcon = icon(<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />);
export const ExternalIcon = icon(<path d="M9.5 2.5h4v4M13.5 2.5l-6 6M12 9.5v4H2.5V4h4" />);
export const FilterIcon = icon(<path d="M2.5 4h11M4.5 8h7M6.5 12h3" />);
export const ApproveIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M5.5 8.2 7.3 10l3.2-3.7" />
  </>,
);
export const ZoomInIcon = icon(<path d="M8 3v10M3 8h10" />);
export const ZoomOutIcon = icon(<path d="M3 8h10" />);
export const FitIcon = icon(<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />);
