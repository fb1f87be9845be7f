// violates: world-only-at-the-edge
export const setting = () => process.env.MOTP_SMS;
