import { sdkError } from './error.ts';
import type { Show } from './show.ts';

const width = 980;
const height = 780;

/** Shows the check page in a window of its own (a tab on a phone). */
export const openPopup: Show = (url, left) => {
  const x = Math.max(0, screenX + (outerWidth - width) / 2);
  const y = Math.max(0, screenY + (outerHeight - height) / 2);
  const popup = window.open(url, '_blank', `popup,width=${width},height=${height},left=${x},top=${y}`);
  if (popup === null) throw sdkError('popup-blocked');
  let seenClosed = false;
  const watch = setInterval(() => {
    // The page's last message may still be on its way when the window is first seen closed.
    if (seenClosed) left('closed');
    seenClosed = popup.closed;
  }, 300);
  return {
    page: () => popup,
    fit: () => undefined,
    close: () => {
      clearInterval(watch);
      popup.close();
    },
  };
};
