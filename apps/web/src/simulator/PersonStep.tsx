import { PersonFields } from './PersonFields.tsx';
import { Step } from './Step.tsx';
import { useTexts } from './texts.ts';
import { messageOf, type StepProps } from './typed.ts';

export function PersonStep(props: StepProps) {
  const t = useTexts();
  const { window, typed } = props;
  return (
    <Step
      window={window}
      step="person"
      title={t('person.title')}
      submit={t('person.send')}
      onSubmit={() => window.sendCode(messageOf(typed))}
      onBack={() => window.go('carrier')}
    >
      <PersonFields {...props} fields={['name', 'birthDate', 'phone']} />
    </Step>
  );
}
