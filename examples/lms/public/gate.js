// The browser's part: show the check, and hand the receipt to this site's server. It decides nothing.
const gate = document.getElementById('gate');
const message = document.getElementById('message');

const said = {
  closed: '본인인증을 마치지 않고 닫았습니다. 준비되면 다시 눌러 주세요.',
  expired: '본인인증 시간이 지났습니다. 다시 시작해 주세요.',
  'popup-blocked': '브라우저가 팝업을 막았습니다. 팝업을 허용하거나 대화창으로 인증해 주세요.',
  'wrong-origin': '본인인증 주소가 올바르지 않습니다. 새로 고침해 주세요.',
};

async function start(display) {
  message.textContent = '';
  if (typeof Motp === 'undefined') {
    message.textContent = '본인인증 화면을 불러오지 못했습니다. 잠시 뒤에 새로 고침해 주세요.';
    return;
  }
  const { url, check, expires, step } = gate.dataset;
  // An expired check cannot be shown again: the server opens a new one.
  if (Date.parse(expires) < Date.now()) {
    location.reload();
    return;
  }
  try {
    const { receipt } = await Motp.check(url, { display, check });
    const reply = await fetch(`/receipts/${step}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ receipt }),
    });
    if (!reply.ok) throw new Error(`The server answered ${reply.status}.`);
    location.assign((await reply.json()).next);
  } catch (error) {
    message.textContent = said[error.code] ?? '본인인증을 확인하지 못했습니다. 다시 시도해 주세요.';
    if (error.code === 'expired') setTimeout(() => location.reload(), 2000);
  }
}

for (const button of document.querySelectorAll('[data-display]')) {
  button.addEventListener('click', () => start(button.dataset.display));
}
