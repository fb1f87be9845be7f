import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { type InstallOffer, onInstallOffer, readPlatform } from '../platform.ts';
import { type TextKey, texts, useTexts } from '../texts.ts';
import { Frame } from './Frame.tsx';
import { LanguageChoice } from './LanguageChoice.tsx';

type Props = {
  readonly notice: TextKey | undefined;
  readonly onStart: () => void;
  readonly onHelp: () => void;
};

export function Welcome({ notice, onStart, onHelp }: Props) {
  const { t } = useTexts();
  const [offer, setOffer] = useState<InstallOffer>();
  useEffect(() => onInstallOffer(setOffer), []);
  const { iosTab } = readPlatform();
  return (
    <Frame title={t('welcome-title')} notice={notice && t(notice)} class="welcome">
      <p class="lead">{t('welcome-lead')}</p>
      <ul class="points">
        <li>{t('welcome-one')}</li>
        <li>{t('welcome-offline')}</li>
        <li>{t('welcome-private')}</li>
      </ul>
      {iosTab ? (
        <InstallOnIos onSkip={onStart} />
      ) : (
        <div class="actions">
          <Button wide size="xlarge" onClick={onStart}>
            {t('welcome-start')}
          </Button>
          {offer && (
            <Button wide size="xlarge" look="tertiary" onClick={() => offer.prompt()}>
              {t('install-android')}
            </Button>
          )}
          <p class="aside">{t('welcome-window')}</p>
        </div>
      )}
      <Button look="text" class="quiet" onClick={onHelp}>
        {t('help-open')}
      </Button>
      <LanguageChoice chosen={texts.locale()} onChoose={texts.choose} />
    </Frame>
  );
}

// An installed iOS web app has its own storage: what was registered in Safari is not there (FACTS §5).
function InstallOnIos({ onSkip }: { readonly onSkip: () => void }) {
  const { t } = useTexts();
  return (
    <section class="card" aria-labelledby="install-title">
      <h2 id="install-title" class="card-title">
        {t('install-title')}
      </h2>
      <p>{t('install-why')}</p>
      <ol class="numbered">
        <li>{t('install-share')}</li>
        <li>{t('install-add')}</li>
        <li>{t('install-open')}</li>
      </ol>
      <Button look="text" wide onClick={onSkip}>
        {t('install-skip')}
      </Button>
    </section>
  );
}
