import type { RegistrationProgress } from '@motp/protocol';
import { useEffect, useState } from 'preact/hooks';
import { askDelivery } from './registration.ts';
import type { Message } from './store.ts';
import type { World } from './world.ts';

const ASK_EVERY_MS = 3_000;

/** Whether the message goes out, asked for until it has gone; `failing` is a state to get out of, not an end. */
export function useDelivery(world: World, message: Message): RegistrationProgress['delivery'] | undefined {
  const [delivery, setDelivery] = useState<RegistrationProgress['delivery']>();
  useEffect(() => {
    let timer = 0;
    let left = false;
    async function ask(): Promise<void> {
      const now = await askDelivery(world, message);
      if (left) return;
      setDelivery((before) => now ?? before);
      const settled = now === 'sent' || now === 'none' || world.clock.now() > message.expiresAt;
      if (!settled) timer = window.setTimeout(ask, ASK_EVERY_MS);
    }
    ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [world, message.registration, message.reference]);
  return delivery;
}
