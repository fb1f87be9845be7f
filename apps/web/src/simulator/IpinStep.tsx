import { PersonFields } from './PersonFields.tsx';
import { Step } from './Step.tsx';
import { useTexts } from './texts.ts';
import type { StepProps } from './typed.ts';

export function IpinStep(props: StepProps) {
  const t = useTexts();
  const { window, typed } = props;
  const { id, password, name, birthDate } = typed;
  return (
    <Step
      window={window}
      title={t('ipin.title')}
      submit={t('ipin.confirm')}
      onSubmit={() => window.confirm({ id, password, name, birthDate })}
    >
      <p>{t('ipin.any')}</p>
      <PersonFields {...props} fields={['id', 'password', 'name', 'birthDate']} />
    </Step>
  );
}
