import { LoginForm } from "./LoginForm";

export function LoginPage() {
  return (
    <main className="login">
      <section className="login-story" aria-hidden="true">
        <Shield />
        <p className="login-story-title">安全第一 预防为主 综合治理</p>
        <ul>
          <li>危险作业、隐患、证书、设备一处管理</li>
          <li>到期自动预警，责任到人</li>
          <li>台账 Excel 批量导入，逐格校验</li>
        </ul>
      </section>
      <section className="login-card" aria-labelledby="login-title">
        <h1 id="login-title">安全生产危险作业管理平台</h1>
        <p className="login-hint">请使用单位分配的账号登录</p>
        <LoginForm />
        <p className="login-hint">忘记密码请联系安全管理员重置</p>
      </section>
    </main>
  );
}

function Shield() {
  return (
    <svg viewBox="0 0 32 32" width="96" height="96">
      <path d="M16 2 4 6.5v8.7C4 22.4 9 28 16 30c7-2 12-7.6 12-14.8V6.5z" fill="rgba(255,255,255,.16)" stroke="#fff" />
      <path
        d="M16.6 8.5c.6 3-3.9 4.7-3.9 9a4.3 4.3 0 0 0 8.6.3c.1-1.9-.8-3.2-1.6-4.3-.3 1.1-.9 1.6-1.5 1.8.6-2.3.1-5.1-1.6-6.8z"
        fill="#fff"
      />
    </svg>
  );
}
