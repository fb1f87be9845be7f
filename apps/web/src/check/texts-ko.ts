/** Every sentence of the check page. `{{name}}` is filled in. */
export const ko = {
  'page.title': '본인인증',
  'page.document': '본인인증 · {{institution}}',
  'page.other-language': 'English',
  'page.loading': '본인인증을 불러오고 있습니다',

  'card.title': '훈련생 정보',
  'card.name': '이름',
  'card.phone': '휴대폰',
  'card.course': '과정',
  'card.occasion': '인증 시점',
  'card.not-you': '내 정보가 아니면 인증하지 말고 훈련기관에 알려 주세요.',

  'occasion.entry': '입과',
  'occasion.lesson': '{{number}}차시',
  'occasion.progress-test': '진행단계평가',
  'occasion.exam': '시험',
  'occasion.assignment': '과제',
  'occasion.other': '기타',
  'occasion.attempt': '{{occasion}} {{number}}회',

  'code.label': '인증번호',
  'code.hint': 'mOTP 앱에 나오는 숫자 6자리',
  'code.submit': '인증하기',
  'code.sending': '확인하고 있습니다',
  'code.time-left': '남은 시간',
  'code.tries-left': '남은 횟수',
  'code.tries': '{{count}}번',
  'code.time-left-spoken': '인증을 마칠 시간이 {{time}} 남았습니다.',
  'code.open-app': 'mOTP 앱 열기',
  'code.new-tab': '(새 창)',

  'way.title': '앱을 쓸 수 없으세요?',
  'way.phone': '휴대폰 본인인증',
  'way.ipin': '아이핀',
  'way.motp': 'mOTP 앱',
  'way.or': '{{first}}이나 {{second}}',
  'way.starting': '본인확인 창을 여는 중입니다',

  'identity.title': '{{way}}을 진행하고 있습니다',
  'identity.text': '열린 창에서 본인확인을 마쳐 주세요. 마치면 이 화면이 저절로 바뀝니다.',
  'identity.closed':
    '창이 닫힌 것 같습니다. 본인확인을 마쳤으면 잠시 기다려 주세요. 마치지 못했으면 창 다시 보기를 눌러 주세요.',
  'identity.show': '창 다시 보기',
  'identity.not-shown': '창을 열지 못했습니다. 브라우저의 팝업 차단을 풀고 다시 눌러 주세요.',
  'identity.cancel': '취소',
  'identity.blocked':
    '브라우저가 본인확인 창을 막았습니다. 팝업 차단을 풀고 다시 누르거나, 새 창에서 이어서 인증해 주세요.',
  'identity.elsewhere': '새 창에서 이어서 인증하기',
  'identity.differs-name':
    '본인확인은 되었으나 {{institution}}에 등록된 이름과 다릅니다. 본인 명의로 다시 확인해 주세요. 등록된 이름이 틀렸으면 {{institution}}에 고쳐 달라고 한 뒤 본인인증을 새로 시작해 주세요.',
  'identity.differs-phone':
    '본인확인은 되었으나 {{institution}}에 등록된 휴대폰 번호와 다릅니다. 등록된 번호의 휴대폰으로 다시 확인해 주세요. 번호가 바뀌었으면 {{institution}}에 고쳐 달라고 한 뒤 본인인증을 새로 시작해 주세요.',
  'identity.differs-birthDate':
    '본인확인은 되었으나 {{institution}}에 등록된 생년월일과 다릅니다. 본인 명의로 다시 확인해 주세요. 등록된 생년월일이 틀렸으면 {{institution}}에 고쳐 달라고 한 뒤 본인인증을 새로 시작해 주세요.',
  'identity.differs':
    '본인확인은 되었으나 {{institution}}에 등록된 정보와 다릅니다. 본인 명의로 다시 확인하거나 {{institution}}에 문의해 주세요.',
  'identity.failed':
    '본인확인을 하지 못했습니다. 아직 인증되지 않았으니 다시 시작하거나 다른 방법으로 인증해 주세요.',
  'identity.cancelled':
    '본인확인을 취소했습니다. 아직 인증되지 않았으니 다시 시작하거나 다른 방법으로 인증해 주세요.',
  'identity.over': '본인확인할 시간이 지났습니다. 아직 인증되지 않았으니 다시 시작해 주세요.',
  'trouble.provider-unavailable':
    '{{way}} 서비스가 응답하지 않습니다. {{others}}으로 인증하시거나 잠시 뒤 다시 눌러 주세요.',
  'trouble.identity-unavailable': '지금은 {{way}}을 쓸 수 없습니다. {{others}}으로 인증해 주세요.',
  'trouble.identity-limit':
    '본인확인을 시작할 수 있는 횟수를 다 썼습니다. mOTP 앱으로 인증하시거나 약 {{time}} 뒤에 다시 시작해 주세요.',
  'trouble.too-many-failures': '실패한 시도가 많아 잠시 멈췄습니다. 약 {{time}} 뒤에 다시 눌러 주세요.',
  'trouble.unreachable': '서버와 연결되지 않아 시작하지 못했습니다. 인터넷 연결을 살핀 뒤 다시 눌러 주세요.',
  'trouble.other': '서버의 문제로 시작하지 못했습니다. 잠시 뒤 다시 누르거나 {{others}}으로 인증해 주세요.',

  'replaced.text':
    '{{time}}에 이 번호의 mOTP 앱이 다른 휴대폰으로 옮겨졌습니다. 나중에 등록한 휴대폰의 앱에 나오는 번호를 입력해 주세요.',
  'replaced.not-you':
    '본인이 옮기지 않았으면 먼저 쓰던 휴대폰에서 앱을 열어 ‘본인이 아닙니다’를 누르고, {{institution}}에도 알려 주세요.',

  'time.locale': 'ko-KR',
  'time.minutes-seconds': '{{minutes}}분 {{seconds}}초',
  'time.minutes': '{{minutes}}분',
  'time.seconds': '{{seconds}}초',
  'time.hours': '{{hours}}시간',
  'time.hours-minutes': '{{hours}}시간 {{minutes}}분',

  'refused.not-a-code': '숫자 6자리를 입력해 주세요. mOTP 앱에 지금 나오는 번호입니다.',
  'refused.wrong-code':
    '인증번호가 맞지 않습니다. 앱에 지금 나오는 번호를 다시 입력해 주세요. {{count}}번 더 입력할 수 있습니다.',
  'refused.wrong-code-last': '인증번호를 5번 잘못 입력하여 인증이 잠겼습니다.',
  'refused.code-used': '이미 사용한 인증번호입니다. 앱에 새 번호가 나올 때까지 기다렸다가 입력해 주세요.',
  'refused.code-too-old': '시간이 지난 인증번호입니다. 앱에 지금 나오는 새 번호를 입력해 주세요.',
  'refused.clock-off':
    '휴대폰 시계가 약 {{offset}} {{direction}}. 인터넷에 연결한 채 앱을 한 번 열었다가, 새로 나오는 번호를 입력해 주세요. {{count}}번 더 입력할 수 있습니다.',
  'refused.clock-off-last': '휴대폰 시계가 약 {{offset}} {{direction}}. 5번째 오류여서 인증이 잠겼습니다.',
  'refused.clock-fast': '빠릅니다',
  'refused.clock-slow': '느립니다',
  'refused.not-registered': '이 휴대폰 번호로 등록된 mOTP 앱이 없습니다. 앱을 먼저 등록해 주세요.',
  'refused.name-differs': '앱에 등록된 이름이 훈련기관의 이름과 다릅니다.',
  'refused.phone-differs': '앱에 등록된 휴대폰 번호가 훈련기관의 번호와 다릅니다.',
  'refused.locked':
    '인증이 잠겨 있습니다. 인증번호를 여러 번 잘못 입력했거나, 본인이 등록한 앱이 아니라는 신고가 있었습니다.',
  'refused.too-many-failures': '잘못된 시도가 많아 잠시 멈췄습니다. 조금 뒤에 다시 눌러 주세요.',
  'refused.busy': '요청이 많아 잠시 멈췄습니다. 조금 뒤에 다시 눌러 주세요.',
  'refused.not-judged':
    '연결이 끊겨 확인하지 못했습니다. 아직 인증되지 않았으니 인증하기를 다시 눌러 주세요.',
  'refused.outcome-unknown':
    '서버와 연결되지 않아 결과를 아직 모릅니다. 인터넷 연결을 살핀 뒤 결과를 확인해 주세요.',

  'next.new-code-in': '새 번호까지 약 {{seconds}}초',
  'next.wait': '{{time}} 뒤에 다시 누를 수 있습니다',
  'next.ask-again': '결과 확인하기',
  'next.clock': '휴대폰 시계를 직접 바꾸지 않아도 됩니다. 앱이 스스로 맞춥니다.',
  'next.registered-name': '앱에 등록된 이름',
  'next.registered-phone': '앱에 등록된 번호의 끝자리',
  'next.name-differs':
    '훈련기관 회원정보의 이름이 맞는지 살펴 주세요. 틀렸으면 {{institution}}에 고쳐 달라고 해 주세요. 회원정보가 맞으면 앱의 이름을 바꾸어야 하니 문의해 주세요.',
  'next.phone-differs':
    '번호를 바꾸었다면 훈련기관 회원정보의 번호를 지금 쓰는 번호로 고쳐 주세요. 회원정보가 맞으면 앱을 초기화한 뒤 그 번호로 다시 등록해 주세요.',
  'next.contact': '문의: {{phone}}',
  'next.contact-institution': '해결되지 않으면 {{institution}}에 문의해 주세요.',
  'next.locked-ways': '{{ways}}으로 지금 인증할 수 있습니다. 앱에 등록한 정보와도 맞으면 잠김이 풀립니다.',
  'next.not-registered-ways': '앱 없이 {{ways}}으로 인증할 수도 있습니다.',
  'next.differs-ways': '훈련기관 회원정보가 맞으면 {{ways}}으로 지금 인증할 수 있습니다.',
  'next.locked':
    'mOTP 앱에서 등록 초기화를 누르고 다시 등록하면 바로 인증할 수 있습니다. 등록할 때 문자로 본인 번호를 확인합니다.',
  'next.register': '앱 등록하러 가기',

  'guide.title': '인증 방법',
  'guide.open': '휴대폰에서 mOTP 앱을 여세요.',
  'guide.passcode': '앱 비밀번호를 누르면 인증번호 6자리가 나옵니다.',
  'guide.type': '인증번호를 입력하고 인증하기를 누르세요.',

  'install.title': '앱이 없으세요?',
  'install.scan':
    '휴대폰 카메라로 QR코드를 비추면 앱이 열립니다. 이름과 휴대폰 번호로 한 번만 등록하면 됩니다.',
  'install.open': '아래 주소에서 앱이 열립니다. 이름과 휴대폰 번호로 한 번만 등록하면 됩니다.',
  'install.qr': 'mOTP 앱 주소 QR코드',
  'install.address': '앱 주소',
  'install.copy': '주소 복사',
  'install.copied': '복사했습니다',
  'install.needed': '이 이름과 번호로 등록된 앱이 아직 없습니다. 먼저 앱을 등록해 주세요.',

  'demo.title': '데모',
  'demo.text':
    '휴대폰이 없어도 이 컴퓨터에서 앱을 열고 문자함에서 문자를 볼 수 있습니다. localhost가 든 QR코드는 이 컴퓨터에서만 열립니다.',
  'demo.app': '앱 열기',
  'demo.outbox': '문자함 열기',

  'passed.title': '인증하였습니다',
  'passed.back': '잠시 뒤 {{institution}} 화면으로 돌아갑니다.',
  'passed.stay': '이 창을 닫아도 됩니다.',
  'passed.return': '지금 돌아가기',

  'expired.title': '인증할 시간이 지났습니다',
  'expired.text': '{{institution}} 화면으로 돌아가 본인인증을 다시 시작해 주세요.',
  'done.title': '이미 인증을 마쳤습니다',
  'done.text': '이 창을 닫고 {{institution}} 화면으로 돌아가 주세요.',
  'unknown.title': '본인인증을 찾을 수 없습니다',
  'unknown.text':
    '주소가 잘렸거나 오래된 인증입니다. 훈련기관 화면으로 돌아가 본인인증을 다시 시작해 주세요.',
  'unreachable.title': '연결하지 못했습니다',
  'unreachable.text': '인터넷 연결을 살핀 뒤 다시 시도해 주세요.',
  'unreachable.retry': '다시 시도',
  'end.close': '닫기',
  'end.institution': '훈련기관',

  'help.title': '도움말',
  'help.phone': '전화 문의',
  'help.url': '원격 지원·안내',
  'manual.first': '처음이신가요?',
  'manual.step1': '휴대폰에서 앱 주소를 열고 홈 화면에 추가합니다. 앱은 휴대폰 한 대에서만 쓸 수 있습니다.',
  'manual.step2':
    '약관에 동의하고 이름, 휴대폰 번호, 앱 비밀번호 6자리를 정합니다. 이름과 번호는 훈련기관에 등록된 것과 같아야 합니다.',
  'manual.step3': '문자로 받은 6자리를 앱에 입력하면 등록이 끝납니다.',
  'manual.step4': '앱 비밀번호를 누르면 60초마다 바뀌는 인증번호가 나옵니다. 그 번호를 이 화면에 입력합니다.',
  'manual.step5':
    '인증을 마쳤다는 화면이 나오면 학습이나 평가가 이어집니다. 다음 인증 때는 4번부터 하면 됩니다.',
  'manual.questions': '자주 묻는 질문',
  'manual.errors-q': '인증번호를 5번 틀려 잠겼습니다.',
  'manual.errors-a':
    '앱에서 등록 초기화를 누르고 다시 등록하면 바로 인증할 수 있습니다. 등록할 때 문자로 본인 번호를 확인합니다.',
  'manual.errors-ways': '{{ways}}으로 인증해도 됩니다. 앱에 등록한 정보와 맞으면 잠김도 풀립니다.',
  'manual.passcode-q': '앱 비밀번호를 잊었습니다.',
  'manual.passcode-a':
    '비밀번호는 휴대폰 밖에 저장되지 않아 아무도 알려 드릴 수 없습니다. 앱에서 등록 초기화를 누르고 새 비밀번호로 다시 등록해 주세요.',
  'manual.phone-q': '휴대폰을 바꾸었거나 앱을 지웠습니다.',
  'manual.phone-a':
    '새 휴대폰에서 앱을 열고 다시 등록하면 됩니다. 예전 휴대폰의 등록은 저절로 끝납니다. 번호가 바뀌었으면 훈련기관의 회원정보도 고쳐 주세요.',
  'manual.without-q': '휴대폰이 없거나 mOTP를 쓸 수 없습니다.',
  'manual.without-a': '이 화면의 {{ways}}으로 인증해 주세요. 누르면 본인확인 창이 열립니다.',
  'manual.abroad-q': '외국에서도 쓸 수 있나요?',
  'manual.abroad-a':
    '네. 휴대폰 시계를 한국 시간으로 바꿀 필요가 없습니다. 앱이 서버 시각에 스스로 맞춥니다.',
  'manual.mismatch-q': '정보가 다르다고 나옵니다.',
  'manual.mismatch-a':
    '앱에 등록한 이름과 번호가 훈련기관의 회원정보와 같아야 합니다. 이름의 띄어쓰기는 달라도 됩니다. 회원정보가 틀렸으면 훈련기관에 고쳐 달라고 하고, 번호가 바뀌었으면 새 번호로 앱을 다시 등록해 주세요.',
} as const;

export type TextKey = keyof typeof ko;
